"""What every request passes before Django and Channels: its id, its client, its host, its size."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from api.errors import problem_of
from api.problems import Problem, answer
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from http_limits.addresses import client_address, group_of, is_listed
from http_limits.bodies import Gone, TooLarge, is_under, replayed, throw_away, whole_body
from http_limits.headers import FORWARDED, UnlistedForwarder, joined, repeated
from http_limits.shares import Shares, TooMany

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
LINGER_BODIES = 16
"""How many times MAX_BODY_BYTES of a refused body are read before its connection is closed."""
FOR_ANY_HOST = ("/health", "/ready", "/livekit-webhook")
"""Probes ask by address, and a media server's calls are signed: the host name says nothing here."""
OF_AGENTS = ("/agents", "/tools/try")
"""Whose bodies may hold a whole agent, or a tool of one."""
FOREIGN_HOST = Problem(400, "host_not_allowed", "This host name is not served here.")


class Edge:
    """Gives a request its id and its client's address, and refuses hosts that are not ours.

    The answer always carries `X-Request-ID`. The host is checked here and in development too,
    so that a foreign name that resolves to this machine (DNS rebinding) reaches nothing. A header
    that decides something and is there twice is refused: Django would read what we do not.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.unlisted = UnlistedForwarder()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id, twice = _request_id(headers), repeated(scope["headers"])
        self._notice(scope, headers)
        scope = {**scope, **_client(scope, headers), "request_id": request_id}
        scope["headers"] = _headers(scope["headers"], request_id)
        scope["host_allowed"] = _host_allowed(headers) and not twice
        is_for_all = scope["type"] == "http" and scope["path"] in FOR_ANY_HOST
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "http":
            send = _with_request_id(send, request_id)
            if twice:
                sentence = f"There are two headers {twice}."
                await _answer(send, Problem(400, "repeated_header", sentence))
                return
            if not scope["host_allowed"] and not is_for_all:
                await _answer(send, FOREIGN_HOST)
                return
            if not scope["host_allowed"]:
                scope["headers"] = _under_own_name(scope["headers"])
        await self.app(scope, receive, send)

    def _notice(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        if scope.get("client") and not headers.keys().isdisjoint(FORWARDED):
            self.unlisted.notice(scope["client"][0], settings.TRUSTED_PROXIES)


class WholeBody:
    """Reads a body before Django does, and refuses one that is too large while it arrives.

    MAX_BODY_BYTES is the most, MAX_AGENT_BYTES of one that may hold an agent.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await whole_body(scope["headers"], receive, _most_bytes(scope["path"]))
        except Gone:
            structlog.get_logger(__name__).info("request_broken_off")
        except TooLarge as error:
            await _answer(send, problem_of(error), rest=receive)
        else:
            await self.app(scope, replayed(body, receive), send)


class Share:
    """Works on REQUESTS_AT_ONCE requests of an address at a time; a listed proxy has no limit."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.shares = Shares(settings.REQUESTS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = (scope.get("client") or ("",))[0]
        if is_listed(address, settings.TRUSTED_PROXIES):
            await self.app(scope, receive, send)
            return
        try:
            async with self.shares.share(group_of(address)):
                await self.app(scope, receive, send)
        except TooMany as error:
            await _answer(send, problem_of(error))


def _most_bytes(path: str) -> int:
    return settings.MAX_AGENT_BYTES if is_under(path, OF_AGENTS) else settings.MAX_BODY_BYTES


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _headers(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    dropped = {b"x-request-id", *FORWARDED}
    kept = [(name, value) for name, value in headers if name not in dropped]
    return [*kept, (b"x-request-id", request_id.encode())]


def _client(scope: Scope, headers: dict[bytes, bytes]) -> Scope:
    """Returns the client's address and scheme as a trusted proxy has forwarded them, if one has."""
    client = scope.get("client")
    if not client or not is_listed(client[0], settings.TRUSTED_PROXIES):
        return {}
    forwarded = joined(scope["headers"], b"x-forwarded-for")
    address = client_address(client[0], forwarded, settings.TRUSTED_PROXIES)
    found: Scope = {"client": (address, 0)} if address != client[0] else {}
    if headers.get(b"x-forwarded-proto", b"").strip().lower() == b"https":
        found["scheme"] = "wss" if scope["type"] == "websocket" else "https"
    return found


def _host_allowed(headers: dict[bytes, bytes]) -> bool:
    domain, _port = split_domain_port(headers.get(b"host", b"").decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _under_own_name(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Django would refuse the name that was asked for."""
    own = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
    return [*(pair for pair in headers if pair[0] != b"host"), (b"host", own.encode())]


def _with_request_id(send: Send, request_id: str) -> Send:
    async def answered(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message}
            message["headers"] = [
                *message.get("headers", []),
                (b"x-request-id", request_id.encode()),
            ]
        await send(message)

    return answered


async def _answer(send: Send, problem: Problem, *, rest: Receive | None = None) -> None:
    """Answers; where the `rest` of a body comes, reads some of it and closes the connection."""
    response = answer(problem)
    response["Content-Length"] = str(len(response.content))
    if rest:
        response["Connection"] = "close"
    sent = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    structlog.get_logger(__name__).info(
        "request_refused", status=problem.status, reason=problem.code
    )
    await send({"type": "http.response.start", "status": problem.status, "headers": sent})
    await send({"type": "http.response.body", "body": response.content, "more_body": True})
    if rest:
        await throw_away(rest, LINGER_BODIES * settings.MAX_BODY_BYTES)
    await send({"type": "http.response.body"})
