"""A session's pieces as one stream, whose every byte is known before any piece is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from voice_sessions.models import Piece, Session, State

from . import ogg, storage

MOST_SILENCE = round(3600 / ogg.PACKET_SECONDS)
"""Packets between two pieces: a clock that is wrong must not make a stream of years."""


class PieceMissing(Exception):
    """The storage is away, or has not what the record says that it has."""


@dataclass(frozen=True)
class Part:
    """A run of pages in the stream: a piece's, or silence where there is no key.

    It begins at byte `at`, behind so many packets and pages, and has `size` bytes.
    """

    at: int
    size: int
    packets: int
    before: int
    pages_before: int
    key: str = ""


@dataclass(frozen=True)
class Recording:
    """What there is of a session's sound by now; `size` in bytes, `seconds` of sound.

    It began at `started_at`. `tag` differs whenever a byte does. The stream of an `is_over` one
    says where it ends.
    """

    started_at: datetime
    parts: Sequence[Part]
    size: int
    seconds: float
    is_over: bool
    tag: str

    def spans(self, first: int, end: int) -> list[tuple[Part | None, int, int]]:
        """Returns what holds the bytes from `first` to before `end`: parts, and None for the head.

        With each come the place in it where they begin, and where they end.
        """
        whole = [(None, 0, len(ogg.HEAD)), *((part, part.at, part.size) for part in self.parts)]
        found = [(part, max(first - at, 0), min(end - at, size)) for part, at, size in whole]
        return [(part, begin, stop) for part, begin, stop in found if begin < stop]

    def read(self, part: Part | None) -> bytes:
        """Returns the bytes of a part; raises PieceMissing."""
        if part is None:
            return ogg.HEAD
        is_end = self.is_over and part is self.parts[-1]
        if not part.key:
            return b"".join(ogg.silence(part.packets, part.before, part.pages_before))
        try:
            written = storage.read(part.key)[len(ogg.HEAD) :]
        except Exception as error:  # each storage has its own errors
            raise PieceMissing(type(error).__name__) from error
        if len(written) != part.size:
            raise PieceMissing("size")
        return ogg.moved(written, part.before, part.pages_before, is_end=is_end)


def recording(session: Session) -> Recording | None:
    """Returns what there is of the session's sound; None where nothing was recorded."""
    pieces = list(session.pieces.defer("peaks")) if session.recorded else []
    if not pieces:
        return None
    parts = _laid_out(pieces)
    last = parts[-1]
    is_over = session.state == State.ENDED
    return Recording(
        started_at=pieces[0].starts_at,
        parts=parts,
        size=last.at + last.size,
        seconds=(last.before + last.packets) * ogg.PACKET_SECONDS,
        is_over=is_over,
        tag=_tag(pieces, is_over=is_over),
    )


def _laid_out(pieces: Sequence[Piece]) -> list[Part]:
    """The pieces where they belong in time, and silence where there is none."""
    parts: list[Part] = []
    at, packets, pages = len(ogg.HEAD), 0, 0
    for piece in pieces:
        due = (piece.starts_at - pieces[0].starts_at).total_seconds() / ogg.PACKET_SECONDS
        gap = min(round(due) - packets, MOST_SILENCE)
        if gap > 0:
            parts.append(Part(at, ogg.silence_size(gap), gap, packets, pages))
            at, packets = at + parts[-1].size, packets + gap
            pages += ogg.silence_pages(gap)
        size = piece.size - len(ogg.HEAD)
        parts.append(Part(at, size, piece.packets, packets, pages, piece.key))
        at, packets, pages = at + size, packets + piece.packets, pages + piece.pages
    return parts


def _tag(pieces: Sequence[Piece], *, is_over: bool) -> str:
    names = "\n".join(piece.key for piece in pieces)
    return hashlib.sha256(f"{is_over}\n{names}".encode()).hexdigest()[:32]


def read_range(recording: Recording, first: int, end: int) -> Iterator[bytes]:
    """Yields the bytes of the stream from `first` to before `end`; raises PieceMissing.

    The head comes with what follows it: whether that can be read is known before any byte is sent.
    """
    head = b""
    for part, begin, stop in recording.spans(first, end):
        found = recording.read(part)[begin:stop]
        if part is None and end > len(ogg.HEAD):
            head = found
        else:
            yield head + found
            head = b""
