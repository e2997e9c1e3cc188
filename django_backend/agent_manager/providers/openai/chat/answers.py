"""The JSON objects of an answer, however the server packed them: events, lines, one document."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

from agent_manager.providers.errors import ServiceError

MOST_AT_ONCE = 4_000_000
"""Characters of one line, or of a whole document, that are read."""
DONE = "[DONE]"

Payload = dict[str, Any]
"""One JSON object as the server sent it."""


async def payloads(pieces: AsyncIterator[bytes]) -> AsyncGenerator[Payload, None]:
    """Each object of an answer as soon as it is there; ends at `[DONE]` or with the answer.

    Raises ServiceError for a web page and for what is no JSON. Events need neither the blank after
    `data:` nor the empty line after themselves, which some servers leave out.
    """
    reader = _Reader()
    async for piece in pieces:
        for payload in reader.push(piece):
            yield payload
        if reader.done:
            return
    for payload in reader.end():
        yield payload


class _Reader:
    """Takes an answer piece by piece."""

    def __init__(self) -> None:
        self.done = False
        decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._line = ""
        self._unfinished = ""
        self._is_document: bool | None = None
        self._event = ""
        self._understood = False
        self._ignored = False

    def push(self, piece: bytes) -> Iterator[Payload]:
        """The objects that this piece completes."""
        *lines, self._line = (self._line + self._decoder.decode(piece)).split("\n")
        if len(self._line) > MOST_AT_ONCE:
            raise ServiceError("wrong_answer", field="line")
        for line in lines:
            yield from self._take(line)

    def end(self) -> Iterator[Payload]:
        """What the answer's end completes."""
        for line in (self._line + self._decoder.decode(b"", final=True)).split("\n"):
            yield from self._take(line)
        yield from self._finish()
        if self._ignored and not self._understood:
            raise ServiceError("wrong_answer", field="body", retryable=True)

    def _take(self, line: str) -> Iterator[Payload]:
        if self.done:
            return
        if self._is_document is None and line.strip():
            self._is_document = _is_document(line.lstrip())
        if self._is_document:
            yield from self._add(line)
        elif not line:
            yield from self._finish()
            self._event = ""
        else:
            yield from self._field(line)

    def _field(self, line: str) -> Iterator[Payload]:
        name, colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._event = value.strip()
        elif name == "data" and value.strip().strip('"').upper() == DONE:
            self.done = self._understood = True
        elif name == "data":
            yield from self._add(value)
        elif line.startswith("<"):
            raise ServiceError("web_page", retryable=True)
        elif name and (name not in ("id", "retry") or not colon):
            self._ignored = True

    def _add(self, text: str) -> Iterator[Payload]:
        """Adds a line to the object that it belongs to, which it may complete."""
        self._unfinished = f"{self._unfinished}\n{text}" if self._unfinished else text
        if len(self._unfinished) > MOST_AT_ONCE:
            raise ServiceError("wrong_answer", field="document")
        if text.startswith(("{", "[", "}", "]")) and text.rstrip().endswith(("}", "]")):
            try:
                found = json.loads(self._unfinished)
            except (ValueError, RecursionError):
                return
            self._unfinished = ""
            yield from self._objects(found)

    def _finish(self) -> Iterator[Payload]:
        text, self._unfinished = self._unfinished.strip(), ""
        if not text:
            return
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            raise ServiceError("wrong_answer", field="data", retryable=True) from None
        yield from self._objects(found)

    def _objects(self, found: object) -> Iterator[Payload]:
        if found is None:
            self._ignored = True  # some servers say so that they are still there
            return
        self._understood = True
        for each in found if isinstance(found, list) else [found]:
            if not isinstance(each, dict):
                raise ServiceError("wrong_answer", field="data", retryable=True)
            is_error = self._event == "error" and "error" not in each
            yield {"error": each} if is_error else each


def _is_document(start: str) -> bool:
    if start.startswith("<"):
        raise ServiceError("web_page", retryable=True)
    return start.startswith(("{", "["))
