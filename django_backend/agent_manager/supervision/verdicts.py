"""Judges from what is seen of a session whether it still has its agent. It knows no clock.

Time counts only while somebody looked: a watcher that slept, a database that was away or a clock
that jumped make no agent look dead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from voice_sessions.models import Session, State

LONGEST_STEP = 0.6
"""Seconds that count at most between two looks: hardly more than they are apart. Who looks late is
on a busy machine, where agents are late too and more of them would make it worse."""
DEAD_AFTER = 3.0
"""Seconds without a beat, six times their distance; an agent that can tells it sooner."""
JOINING_AFTER = 8.0
"""Seconds between the first beat and the second, in which an agent joins the room."""
UNCLAIMED_AT = (5.0,)
"""Seconds without a first beat after which an agent is asked for once more."""
ABSENT_AFTER = 10.0
ENDING_AFTER = 2.5
JOINING_BEATS = 1


class Verdict(StrEnum):
    """What is to be done about a session."""

    FINE = "fine"
    UNCLAIMED = "unclaimed"
    ABSENT = "absent"
    DEAD = "dead"
    OVERDUE = "overdue"


@dataclass
class _Sighting:
    seen: tuple[int, int, str]
    quiet: float = 0.0


class Watch:
    """Remembers for how long each session has looked the same."""

    def __init__(self) -> None:
        self._sightings: dict[str, _Sighting] = {}
        self._looked_at: float | None = None

    def could_not_look(self) -> None:
        """Nothing is known of the time up to the next look: all silence counts anew."""
        self._looked_at = None
        for sighting in self._sightings.values():
            sighting.quiet = 0.0

    def look(self, sessions: Iterable[Session], now: float) -> dict[str, Verdict]:
        """Returns the verdict on these sessions, by id; `now` is in seconds of any clock."""
        before = self._looked_at if self._looked_at is not None else now
        step = min(max(now - before, 0.0), LONGEST_STEP)
        self._looked_at = now
        found = {session.id: session for session in sessions}
        self._sightings = {
            id_: sighting for id_, sighting in self._sightings.items() if id_ in found
        }
        return {id_: self._judge(session, step) for id_, session in found.items()}

    def _judge(self, session: Session, step: float) -> Verdict:
        seen = (session.generation, session.beats, session.state)
        sighting = self._sightings.get(session.id)
        if sighting is None or sighting.seen != seen:
            self._sightings[session.id] = _Sighting(seen)
            return Verdict.FINE
        before, sighting.quiet = sighting.quiet, sighting.quiet + step
        return _verdict(session, before, sighting.quiet)


def _verdict(session: Session, before: float, quiet: float) -> Verdict:
    if session.state == State.ENDING:
        return Verdict.OVERDUE if quiet >= ENDING_AFTER else Verdict.FINE
    if session.beats == 0:
        if quiet >= ABSENT_AFTER:
            return Verdict.ABSENT
        is_due = any(before < moment <= quiet for moment in UNCLAIMED_AT)
        return Verdict.UNCLAIMED if is_due else Verdict.FINE
    limit = JOINING_AFTER if session.beats <= JOINING_BEATS else DEAD_AFTER
    return Verdict.DEAD if quiet >= limit else Verdict.FINE
