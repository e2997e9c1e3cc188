"""Who has to leave a room of ours, without removing anybody who has come for its next session.

A person's token tells how many sessions of the room were over when it was made (`after`). Whoever
is there with a smaller number than are over by now came for one of those. Only such integers
decide, so it does not matter when and by whom they are compared.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping

import structlog
from voice_sessions import steps as record
from voice_sessions.models import Session
from voice_sessions.queries import RoomStanding

from media_server import rooms
from media_server.errors import LIVEKIT_ERRORS
from media_server.names import livekit_room_name, removal_lease
from media_server.participants import remove_participant
from media_server.rooms import View

log = structlog.get_logger(__name__)
REMOVAL_SECONDS = 2.0
"""How long putting people out of one room may take; shorter than the lease."""
LOOK_AGAIN = 0.05
"""Seconds until a process looks again whether another one has put them out."""
FOR_A_SESSION = 30.0
"""Seconds after which a room of ours without a session is closed."""
SETTLED = 3.0
"""Seconds after which whoever publishes more than a microphone is put out: their agent had time."""
PASS_SECONDS = 1800.0
"""Seconds for which a pass is remembered; LiveKit takes none that is older."""
MOST_PASSES = 20_000
AT_ONCE = 8

Choice = Callable[[View], set[str]]


async def clear(visitor: str, room: str, over: int) -> None:
    """Returns when nobody is in the room who came for one of its first `over` sessions.

    Raises what LiveKit raises, and TimeoutError after 2 s.
    """
    await put_out(livekit_room_name(visitor, room), lambda view: of_the_past(view, over))


async def clear_after(session_id: str) -> None:
    """Puts out whoever was there for a session that has ended; the supervisor does what fails."""
    session: Session = await record.load(session_id)
    standing: RoomStanding = await record.room_standing(session.visitor, session.room)
    try:
        await clear(session.visitor, session.room, standing.over)
    except LIVEKIT_ERRORS as error:
        log.info("people_not_put_out", error=type(error).__name__)


async def put_out(room: str, chosen: Choice) -> None:
    """Returns when none of the chosen is in the room any more, whoever put them out.

    LiveKit removes by identity, under which somebody else may have joined since. So the choice is
    made right before, and only one process does it while no token is made: whoever asks
    for a token of a room whose session has ended comes through here first.
    """
    lease, me = removal_lease(room), secrets.token_urlsafe(12)
    async with asyncio.timeout(REMOVAL_SECONDS):
        while await _has(room, chosen) or await record.is_held(lease):
            if await record.hold_lease(lease, me):
                try:
                    await _remove(room, chosen)
                finally:
                    await record.release_lease(lease, me)
            else:
                await asyncio.sleep(LOOK_AGAIN)


def of_the_past(view: View, over: int) -> set[str]:
    """Returns the identities of those who came for one of the room's first `over` sessions."""
    passes = view.passes.items()
    return {who for who, its in passes if its.after is not None and its.after < over}


def outsiders(view: View, standing: RoomStanding) -> set[str]:
    """Returns who came for a session that is over, or is beside the person of the one that goes on.

    Whoever has come for the next session knows of one more that is over, and is neither.
    """
    found = of_the_past(view, standing.over)
    if standing.identity:
        found |= of_the_past(view, standing.over + 1) - {standing.identity}
    return found


class PeopleSweep:
    """Looks at our rooms again and again, and remembers how long people have been in them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting_since: dict[str, float] = {}
        self._too_much_since: dict[str, float] = {}
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def sweep(
        self, views: Mapping[str, View], ours: Iterable[tuple[str, str]], in_use: set[str]
    ) -> None:
        """Puts out whoever has to leave; `ours` are the visitors and rooms that the record knows.

        `in_use` are the names of the rooms whose session has not ended.
        """
        names = {livekit_room_name(*pair): pair for pair in ours}
        peopled = {pair for name, pair in names.items() if (v := views.get(name)) and v.people}
        standings = await record.room_standings(peopled) if peopled else {}
        choices: list[tuple[str, Choice]] = []
        going_on = {name for name, pair in names.items() if pair in standings}
        going_on = {name for name in going_on if standings[names[name]].identity}
        late = self._waited_too_long(views, in_use | going_on)
        leaving = late | self._publishing_too_much(views)
        for view in views.values():
            standing = standings.get(names.get(view.name, ("", "")), RoomStanding())
            choice = _choice(standing, leaving)
            if choice(view):
                choices.append((view.name, choice))
        await asyncio.gather(*(self._put_out(*choice) for choice in choices))

    async def _put_out(self, room: str, choice: Choice) -> None:
        async with self._limit:
            try:
                await put_out(room, choice)
            except LIVEKIT_ERRORS as error:
                log.warning("people_not_put_out", error=type(error).__name__)

    def _waited_too_long(self, views: Mapping[str, View], in_use: set[str]) -> set[str]:
        """Returns the passes that have used up their time in rooms without a session.

        They are remembered: another join, in whatever room, gives them no more.
        """
        now = self._clock()
        waiting = [v for v in views.values() if v.is_marked and v.name not in in_use]
        for key in (key for view in waiting for key in _keys(view).values()):
            self._waiting_since.setdefault(key, now)
        while len(self._waiting_since) > MOST_PASSES:
            del self._waiting_since[next(iter(self._waiting_since))]
        for key, since in list(self._waiting_since.items()):
            if now - since >= PASS_SECONDS:
                del self._waiting_since[key]
        present = {key for view in waiting for key in _keys(view).values()}
        return {k for k in present if now - self._waiting_since.get(k, now) >= FOR_A_SESSION}

    def _publishing_too_much(self, views: Mapping[str, View]) -> set[str]:
        """Returns the passes that have published more than a microphone for a while."""
        now, last = self._clock(), self._too_much_since
        found = {
            key
            for view in views.values()
            for who, key in _keys(view).items()
            if not view.passes[who].is_microphone
        }
        self._too_much_since = {key: last.get(key, now) for key in found}
        return {key for key, since in self._too_much_since.items() if now - since >= SETTLED}


def _choice(standing: RoomStanding, passes: set[str]) -> Choice:
    def choice(view: View) -> set[str]:
        found = {who for who, key in _keys(view).items() if key in passes}
        return found | outsiders(view, standing)

    return choice


def _keys(view: View) -> dict[str, str]:
    """Returns by identity what is known of a person for longer than one look: the pass."""
    return {who: its.id or f"{view.name} {who}" for who, its in view.passes.items()}


async def _has(room: str, chosen: Choice) -> bool:
    view = await rooms.look_at(room)
    return bool(view and chosen(view))


async def _remove(room: str, chosen: Choice) -> None:
    view = await rooms.look_at(room)
    leaving = chosen(view) if view else set()
    await asyncio.gather(*(remove_participant(room, identity) for identity in leaving))
    if leaving:
        log.info("people_put_out", people=len(leaving))
