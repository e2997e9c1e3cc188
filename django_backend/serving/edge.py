"""What every request passes before Django and Channels: its id, its client, its host, its size."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any

import structlog
from api.errors import problem
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host")
LINGER_BODIES = 16
LINGER_SECONDS = 2.0
"""What is thrown away of a refused body, in MAX_BODY_BYTES and in time, before its connection is
closed: closing it on bytes that nobody read resets it, and the client loses the answer."""


class Edge:
    """Gives a request its id and its client's address, and refuses hosts that are not ours.

    The answer always carries `X-Request-ID`. The host is checked here and in development too,
    so that a foreign name that resolves to this machine (DNS rebinding) reaches nothing.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        scope = {**scope, **_client(scope, headers), "request_id": request_id}
        scope["headers"] = _headers(scope["headers"], request_id)
        scope["host_allowed"] = _host_allowed(headers)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "http":
            send = _with_request_id(send, request_id)
            if not scope["host_allowed"]:
                await _answer(send, 400, "host_not_allowed", "This host name is not served here.")
                return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a body over MAX_BODY_BYTES while it arrives: Django would spool it to disk first."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0
        announced = dict(scope["headers"]).get(b"content-length", b"0")

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > settings.MAX_BODY_BYTES:
                raise _TooLarge
            return message

        try:
            if announced.isdigit() and int(announced) > settings.MAX_BODY_BYTES:
                raise _TooLarge
            await self.app(scope, limited, send)
        except _TooLarge:
            size = settings.MAX_BODY_BYTES // 1024
            await _answer(
                send, 413, "too_large", f"The body is larger than {size} KiB.", rest=receive
            )


class _TooLarge(Exception):
    pass


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _headers(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    dropped = {b"x-request-id", *_FORWARDED}
    kept = [(name, value) for name, value in headers if name not in dropped]
    return [*kept, (b"x-request-id", request_id.encode())]


def _client(scope: Scope, headers: dict[bytes, bytes]) -> Scope:
    """The client's address and scheme, as forwarded if a trusted proxy forwarded them."""
    client = scope.get("client")
    if not client or not _trusted(client[0]):
        return {}
    hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
    foreign = [hop for part in hops if (hop := part.strip()) and not _trusted(hop)]
    found: Scope = {"client": (foreign[-1], 0)} if foreign and _is_address(foreign[-1]) else {}
    if headers.get(b"x-forwarded-proto", b"").strip().lower() == b"https":
        found["scheme"] = "wss" if scope["type"] == "websocket" else "https"
    return found


def _trusted(address: str) -> bool:
    return _is_address(address) and any(
        ip_address(address) in network for network in settings.TRUSTED_PROXIES
    )


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _host_allowed(headers: dict[bytes, bytes]) -> bool:
    domain, _port = split_domain_port(headers.get(b"host", b"").decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


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


async def _answer(
    send: Send, status: int, code: str, detail: str, *, rest: Receive | None = None
) -> None:
    """Answers; with the `rest` of a body to come, takes some of it and closes the connection."""
    response = problem(status, code, detail)
    response["Content-Length"] = str(len(response.content))
    if rest:
        response["Connection"] = "close"
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    structlog.get_logger(__name__).info("request_refused", status=status, reason=code)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": response.content, "more_body": True})
    if rest:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_throw_away(rest), LINGER_SECONDS)
    await send({"type": "http.response.body"})


async def _throw_away(receive: Receive) -> None:
    left = LINGER_BODIES * settings.MAX_BODY_BYTES
    more = True
    while more and left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        more = message.get("more_body", False)
