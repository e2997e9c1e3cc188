"""The sound inside a stream of server-sent events, as OpenAI's `stream_format=sse` sends it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterable, AsyncIterator

from agent_manager.providers.errors import ServiceError

LONGEST_LINE = 8_000_000


def is_events(head: bytes, header: str) -> bool:
    """Whether a body is a stream of events, whatever its header calls it."""
    return "event-stream" in header or head.lstrip().startswith((b"data:", b"event:"))


async def sound_of_events(body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yields the sound of each event; an error among them, or what is no event, is an error."""
    async for line in _lines(body):
        name, _, value = line.partition(b":")
        value = value.strip()
        if name == b"event" and value == b"error":
            raise ServiceError("wrong_answer", field="event")
        if name != b"data" or not value:
            continue
        if value == b"[DONE]":
            return
        if (sound := _sound(value)) is None:
            return
        if sound:
            yield sound


def _sound(data: bytes) -> bytes | None:
    """The sound of one event, empty for one without; None when it says that all was sent."""
    try:
        event = json.loads(data)
        if not isinstance(event, dict) or event.get("error") or event.get("type") == "error":
            raise ServiceError("wrong_answer", field="event")
        if event.get("type") == "speech.audio.done":
            return None
        text = "".join((event.get("audio") or event.get("delta") or "").split())
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise ServiceError("wrong_answer", field="event") from None


async def _lines(body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in body:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.strip()
        if len(rest) > LONGEST_LINE:
            raise ServiceError("wrong_answer", field="event")
    if rest.strip():
        yield rest.strip()
