"""Sessions that were recorded: sound of our own, as an agent would have kept it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
from agent_manager.recording.encoder import Encoder
from agent_manager.recording.track import Samples
from asgiref.sync import sync_to_async
from voice_sessions.actions import sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Durable, Final, Role, Speech, TurnTimes, type_of
from voice_sessions.models import Event, Session
from voice_sessions.recordings import keeping, ogg, storage
from voice_sessions.recordings.keeping import NewPiece
from voice_sessions.recordings.waveform import peaks_of

from fakes.visitors import ALICE

BEGAN = datetime(2026, 1, 31, 12, tzinfo=UTC)
LINES = 2000
"""Of an hour."""


def tone(seconds: float, hertz: float = 440.0) -> Samples:
    """A tone as loud as a voice; of 0 Hz, silence."""
    times = np.arange(round(seconds * ogg.RATE)) / ogg.RATE
    return (6000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def recorded_session(visitor: str = ALICE, room: str = "kitchen") -> str:
    """A session whose person agreed, and which goes on."""
    new = sessions.NewSession(visitor, room, "ann", recorded=True)
    session, _ = sessions.start(new)
    sessions.activate(session.id, 1)
    sessions.person_came(session.id)
    return session.id


def keep(
    session_id: str,
    number: int,
    at: float,
    packets: Sequence[bytes],
    generation: int = 1,
    peaks: bytes = b"",
) -> str:
    """Keeps a piece that began so many seconds after BEGAN; returns its key."""
    written = ogg.HEAD + ogg.pages(packets)
    key = storage.save(session_id, written)
    starts_at = BEGAN + timedelta(seconds=at)
    pages, size = ogg.page_count(packets), len(written)
    keeping.keep(
        session_id, NewPiece(generation, number, starts_at, len(packets), pages, size, key, peaks)
    )
    return key


def end(session_id: str) -> None:
    """Ends it as its person would."""
    sessions.end(session_id, EndReason.STOPPED)
    sessions.finish(session_id)


@sync_to_async
def talk(visitor: str = ALICE, room: str = "kitchen", seconds: int = 12) -> str:
    """A session that has ended: the person speaks first, the agent from its middle on."""
    session_id = recorded_session(visitor, room)
    encoder, half = Encoder(), seconds / 2
    left = np.concatenate([tone(half), tone(half, 0)])
    for number, at in enumerate(range(0, seconds, 5)):
        span = slice(at * ogg.RATE, (at + 5) * ogg.RATE)
        voices = left[span], left[::-1][span]
        keep(session_id, number, at, encoder.encode(*voices), peaks=peaks_of(*voices))
    end(session_id)
    return session_id


def hour(visitor: str) -> str:
    """A session of an hour that has ended: 2,000 lines, and a person who is loud all the time."""
    session_id, encoder = recorded_session(visitor), Encoder()
    voices = tone(5), tone(5, 0)
    packets, peaks = encoder.encode(*voices), peaks_of(*voices)
    for number in range(720):
        keep(session_id, number, number * 5, packets, peaks=peaks)
    numbers = count(2)
    said = [event for n in range(LINES) for event in _line(session_id, n, numbers)]
    Event.objects.bulk_create(said)
    mine = Session.objects.filter(id=session_id)
    mine.update(last_seq=said[-1].seq, started_at=BEGAN)
    end(session_id)
    mine.update(ended_at=BEGAN + timedelta(hours=1))
    return session_id


def _line(session_id: str, number: int, numbers: Iterator[int]) -> Iterator[Event]:
    """The events of a line of an hour, at the time when they would have come."""
    role: Role = "agent" if number % 2 else "user"
    segment, begins = f"s{number}", BEGAN + timedelta(seconds=number * 3600 / LINES)
    text = f"This is line {number} of a long conversation about the weather."
    started = Speech(role=role, event="speech_started", segment=segment)
    told: list[tuple[float, Durable]] = [(0.0, started)]
    if role == "agent":
        wait = TurnTimes(segment=segment, wait_ms=400, decision_ms=100, token_ms=300)
        told += [(0.0, wait)]
    told += [(1.3, started.model_copy(update={"event": "speech_ended"}))]
    told += [(1.4, Final(role=role, text=text, segment=segment))]
    order = 0
    for after, message in told:
        seq = next(numbers)
        order = order or seq
        payload = message.payload() | ({"order": order} if isinstance(message, Final) else {})
        yield Event(
            session_id=session_id,
            seq=seq,
            type=type_of(message),
            role=payload.get("role", ""),
            segment=segment,
            payload=payload,
            at=begins + timedelta(seconds=after),
        )


def objects(folder: Path) -> list[str]:
    """The sessions of which the folder has objects, once for each, in order."""
    return sorted(path.parent.name for path in folder.rglob("*") if path.is_file())
