"""The site as uvicorn serves it: Flask in a few threads, which no slow client can hold."""

from __future__ import annotations

import signal
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

import uvicorn
from a2wsgi import WSGIMiddleware
from flask import Flask

from flask_frontend.app import MAX_BODY_BYTES, most_bytes
from flask_frontend.logs import log
from flask_frontend.settings import Settings
from http_limits import refusals
from http_limits.addresses import client_address, group_of, is_listed
from http_limits.bodies import Gone, TooLarge, replayed, throw_away, whole_body
from http_limits.descriptors import raise_limit
from http_limits.headers import joined, repeated
from http_limits.protocol import Limits, limited
from http_limits.refusals import Refusal
from http_limits.shares import Shares, TooMany
from http_limits.waiting import Waiting

THREADS = 8
THREADS_OF_AN_ADDRESS = THREADS // 2
DRAIN_SECONDS = 4
LINGER_BYTES = 16 * MAX_BODY_BYTES
_REWRITTEN = (b"content-length", b"transfer-encoding")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def serve(app: Flask, settings: Settings, listeners: list[socket.socket]) -> None:
    """Serves until SIGTERM or Ctrl-C, then answers what has begun and returns."""
    server = uvicorn.Server(_configuration(app, settings))
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, server.handle_exit)  # uvicorn raises what it caught once more
    server.run(sockets=listeners)


def _configuration(app: Flask, settings: Settings) -> uvicorn.Config:
    waiting = Waiting(settings.slow_clients_per_address, most=raise_limit() // 2)
    return uvicorn.Config(
        Site(app, settings),
        http=limited(Limits(waiting, settings.trusted_proxies)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


class Site:
    """An ASGI application: Flask gets a thread when the request is whole, and gives its answer at
    once. The loop hands it to the client, however slow that is."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._flask = WSGIMiddleware(cast(Any, app), workers=THREADS, send_queue_size=0)
        self._proxies = settings.trusted_proxies
        self._shares = Shares(THREADS_OF_AN_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if repeated(scope["headers"]):
            await _refuse(refusals.REPEATED, send)
        elif not scope["query_string"].isascii():
            await _refuse(refusals.MALFORMED, send)
        else:
            await self._read(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await whole_body(scope["headers"], receive, most_bytes(scope["path"]))
        except Gone:
            return
        except TooLarge as error:
            await _refuse(refusals.body_too_large(error.most), send, rest=receive)
        else:
            scope["headers"] = _headers(scope["headers"], len(body))
            await self._ask(scope, replayed(body, receive), send)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = self._address(scope)
        flask: Any = self._flask
        if is_listed(address, self._proxies):
            await flask(scope, receive, send)
            return
        try:
            async with self._shares.share(group_of(address)):
                await flask(scope, receive, send)
        except TooMany:
            await _refuse(refusals.TOO_MANY, send)

    def _address(self, scope: Scope) -> str:
        peer = (scope.get("client") or ("",))[0]
        return client_address(peer, joined(scope["headers"], b"x-forwarded-for"), self._proxies)


def _headers(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    """As WSGI can tell them: it takes `a_b` for `a-b`, and knows no body without its length."""
    kept = [(k, v) for k, v in headers if k not in _REWRITTEN and b"_" not in k]
    return [*kept, (b"content-length", b"%d" % length)] if length else kept


async def _refuse(refusal: Refusal, send: Send, *, rest: Receive | None = None) -> None:
    """Answers; with the `rest` of a body to come, takes some of it and closes the connection."""
    log.info("request refused", status=refusal.status, reason=refusal.code)
    body = refusal.body()
    headers = refusal.headers(len(body))
    if rest:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if rest:
        await throw_away(rest, LINGER_BYTES)
    await send({"type": "http.response.body"})
