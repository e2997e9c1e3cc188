"""The body of a request, whole before anybody works on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Headers = Iterable[tuple[bytes, bytes]]
LINGER_SECONDS = 2.0


class TooLarge(Exception):
    """The body is larger than the `most` bytes that it may have; what is left of it is not read."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class Gone(Exception):
    """The client went away, or took too long, before the body was whole."""


async def whole_body(headers: Headers, receive: Receive, most: int) -> bytes:
    """The body of an ASGI request of at most `most` bytes; TooLarge as soon as that is known."""
    announced = dict(headers).get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > most:
        raise TooLarge(most)
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise TooLarge(most)
    return bytes(body)


def is_under(path: str, places: Iterable[str]) -> bool:
    """Whether a path is one of the places, or of a place's parts."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


async def throw_away(receive: Receive, most: int) -> None:
    """Takes what is left of a refused body for a moment, and not more than `most` bytes.

    Closing a connection on bytes that nobody read resets it, and the client loses the answer.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            more = True
            while more and most > 0:
                message = await receive()
                most -= len(message.get("body", b""))
                more = message.get("more_body", False)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body at once, and then what `receive` gives: the client's end."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
