"""What the supervisor does about sessions without agents, with rooms of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from agent_manager import record, recovery, rooms
from agent_manager.rooms import Plan, View
from agent_manager.supervisor import Supervisor
from channels.db import database_sync_to_async
from django.db import OperationalError
from voice_sessions import actions, queries
from voice_sessions.models import EndReason, Session, State

pytestmark = pytest.mark.django_db(transaction=True)
GRACE = 20


class Runtime:
    """Notes which agents were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.held: set[str] = set()
        self.settled: list[str] = []

    def holds(self, session_id: str) -> bool:
        return session_id in self.held

    async def settle(self, session_id: str) -> None:
        self.settled.append(session_id)

    async def succeed(self, session: Session) -> None:
        assert not session.get_deferred_fields(), "an agent reads all of it, on its event loop"
        self.asked.append((session.id, session.generation))


class House:
    """The rooms, a clock that only the test moves, and a supervisor that looks when it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.runtime = Runtime()
        self.views: dict[str, View] = {}
        self.removed: list[tuple[str, str]] = []
        self.taken_away = Plan()
        self.is_livekit_down = False
        monkeypatch.setattr(rooms, "look", self._look)
        monkeypatch.setattr(rooms, "look_at", self._look_at)
        monkeypatch.setattr(rooms, "take_away", self._take_away)
        monkeypatch.setattr(recovery, "remove_participant", self._remove)
        self.supervisor = Supervisor(self.runtime, lambda: self.now)  # type: ignore[arg-type]

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            self.now += 0.5
            await self.supervisor.tick()
            await self._acted()

    async def _acted(self) -> None:
        running = self.supervisor._tasks._running
        if running:
            await asyncio.wait(running, timeout=10)

    async def _look(self, names: Iterable[str]) -> dict[str, View]:
        if self.is_livekit_down:
            raise TimeoutError
        return dict(self.views)

    async def _look_at(self, name: str) -> View | None:
        return (await self._look([name])).get(name)

    async def _take_away(self, what: Plan) -> None:
        self.taken_away.agents |= what.agents
        self.taken_away.rooms |= what.rooms

    async def _remove(self, room: str, identity: str) -> None:
        self.removed.append((room, identity))


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, settings) -> House:  # type: ignore[no-untyped-def]
    settings.SESSION_GRACE_SECONDS = GRACE
    return House(monkeypatch)


@pytest.fixture
async def session(house: House) -> Session:
    """A session that goes on, its person in the room and its agent silent from now on."""
    created = await _db(_active)()
    agent = frozenset({created.livekit_agent_identity})
    house.views["room"] = View("room", True, people=frozenset({"ada"}), agents=agent)
    await house.supervisor.tick()
    return created


def _active() -> Session:
    created, _ = actions.start("local", "room", "ada")
    actions.claim(created.id, 1)
    actions.activate(created.id, 1)
    actions.beat(created.id, 1, [])
    return Session.objects.get(id=created.id)


def _db(function):  # type: ignore[no-untyped-def]
    return database_sync_to_async(function, thread_sensitive=False)


async def state_of(session: Session) -> tuple[str, str, int]:
    fresh = await Session.objects.aget(id=session.id)
    return fresh.state, fresh.end_reason, fresh.generation


async def test_a_dead_agent_has_a_successor_within_four_seconds(
    house: House, session: Session
) -> None:
    await house.pass_time(3.5)
    assert house.runtime.asked == [(session.id, 2)]
    assert house.removed == [("room", f"agent-{session.id}-1")]


async def test_an_agent_that_lives_is_left_alone(house: House, session: Session) -> None:
    for _ in range(6):
        await _db(actions.beat)(session.id, 1, [])
        await house.pass_time(1)
    assert house.runtime.asked == []


async def test_an_agent_of_this_process_is_not_dead_because_beats_are_late(
    house: House, session: Session
) -> None:
    house.runtime.held.add(session.id)
    await house.pass_time(10)
    assert house.runtime.asked == []
    house.runtime.held.clear()
    await house.pass_time(0.5)
    assert house.runtime.asked == [(session.id, 2)]


async def test_a_fourth_loss_ends_the_session(house: House, session: Session) -> None:
    for generation in (1, 2, 3):
        await house.pass_time(3.5)
        await _db(actions.claim)(session.id, generation + 1)
        await _db(actions.beat)(session.id, generation + 1, [])
        await house.pass_time(0.5)
    await house.pass_time(3.5)
    assert [generation for _, generation in house.runtime.asked] == [2, 3, 4]
    assert await state_of(session) == (State.ENDED, EndReason.AGENT_FAILED, 4)


async def test_nobody_is_sent_into_a_room_without_its_person(
    house: House, session: Session
) -> None:
    house.views["room"] = View("room", is_marked=True)
    await house.pass_time(GRACE)
    assert (await state_of(session))[0] == State.ACTIVE
    await house.pass_time(4)
    assert house.runtime.asked == []
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 1)


async def test_a_person_who_comes_back_in_time_finds_an_agent(
    house: House, session: Session
) -> None:
    there, house.views["room"] = house.views["room"], View("room", is_marked=True)
    await house.pass_time(GRACE / 2)
    house.views["room"] = there
    await house.pass_time(0.5)
    assert house.runtime.asked == [(session.id, 2)]


async def test_an_earlier_silence_does_not_shorten_the_grace(
    house: House, session: Session
) -> None:
    there, house.views["room"] = house.views["room"], View("room", is_marked=True)
    await house.pass_time(4)
    house.views["room"] = there
    for _ in range(GRACE):
        await _db(actions.beat)(session.id, 1, [])
        await house.pass_time(1)
    house.views["room"] = View("room", is_marked=True)
    await house.pass_time(GRACE - 2)
    assert (await state_of(session))[0] == State.ACTIVE


async def test_a_media_server_that_is_down_is_waited_for(house: House, session: Session) -> None:
    house.is_livekit_down = True
    await house.pass_time(30)
    assert (await state_of(session))[0] == State.ACTIVE
    house.is_livekit_down = False
    await house.pass_time(0.5)
    assert house.runtime.asked == [(session.id, 2)]


async def test_while_the_media_server_is_down_nobody_counts_as_gone(
    house: House, session: Session
) -> None:
    house.is_livekit_down = True
    await house.pass_time(GRACE + 10)
    house.is_livekit_down = False
    house.views["room"] = View("room", is_marked=True)
    await house.pass_time(GRACE - 2)
    assert (await state_of(session))[0] == State.ACTIVE
    await house.pass_time(4)
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 1)


async def test_a_media_server_that_stays_down_ends_the_session(
    house: House, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "PATIENCE_WITH_LIVEKIT", 5.0)
    house.is_livekit_down = True
    await house.pass_time(recovery.PATIENCE_WITH_LIVEKIT + 4)
    assert await state_of(session) == (State.ENDED, EndReason.AGENT_FAILED, 1)


async def test_an_agent_that_moves_is_no_loss(house: House, session: Session) -> None:
    await _db(actions.move)(session.id, 1)
    house.supervisor._hear({"type": "agent.gone", "session_id": session.id, "gen": 1})
    await house.pass_time(0.5)
    assert house.runtime.asked == [(session.id, 2)]
    assert (await Session.objects.aget(id=session.id)).recoveries == 0


@pytest.mark.parametrize("generation", [0, 2, 7])
async def test_a_hint_about_another_agent_changes_nothing(
    house: House, session: Session, generation: int
) -> None:
    for _ in range(3):
        house.supervisor._hear({"type": "agent.gone", "session_id": session.id, "gen": generation})
        await _db(actions.beat)(session.id, 1, [])
        await house.pass_time(0.5)
    assert house.runtime.asked == []


async def test_an_agent_that_never_came_ends_the_first_session_kindly(house: House) -> None:
    session, _ = await _db(actions.start)("local", "room", "ada")
    await house.supervisor.tick()
    await house.pass_time(10.5)
    assert house.runtime.asked == [(session.id, 1)]
    assert await state_of(session) == (State.ENDED, EndReason.AGENT_FAILED, 1)
    assert house.runtime.settled == [session.id]
    assert await _db(queries.history)("local", words="", before=None, limit=10) == ([], None)


async def test_an_agent_that_comes_at_the_last_moment_is_let_in(house: House) -> None:
    session, _ = await _db(actions.start)("local", "room", "ada")
    await _db(actions.claim)(session.id, 1)
    await house.supervisor._recovery.give_up_waiting(session)
    assert await state_of(session) == (State.STARTING, "", 1)


async def test_a_successor_that_never_comes_is_not_asked_for_without_the_person(
    house: House, session: Session
) -> None:
    await house.pass_time(3.5)
    house.views["room"] = View("room", is_marked=True)
    await house.pass_time(5 + 10 + GRACE + 1)
    assert {generation for _, generation in house.runtime.asked} == {2}
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 2)


async def test_a_database_that_was_away_makes_nobody_look_dead(
    house: House, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise OperationalError

    await house.pass_time(2.5)
    with monkeypatch.context() as away:
        away.setattr(record, "not_ended", fail)
        with pytest.raises(OperationalError):
            await house.supervisor.tick()
    house.now += 5
    await house.pass_time(2.5)
    assert house.runtime.asked == []
    await house.pass_time(1)
    assert house.runtime.asked == [(session.id, 2)]


async def test_a_session_that_is_overdue_is_ended(house: House, session: Session) -> None:
    await _db(actions.end)(session.id, EndReason.STOPPED)
    await house.pass_time(3.5)
    assert await state_of(session) == (State.ENDED, EndReason.STOPPED, 1)


async def test_only_the_holder_of_the_lease_acts(house: House, session: Session) -> None:
    other = Supervisor(house.runtime, lambda: house.now)  # type: ignore[arg-type]
    for _ in range(8):
        house.now += 0.5
        await other.tick()
    assert house.runtime.asked == []


async def test_an_agent_that_beats_outside_the_room_is_replaced(
    house: House, session: Session
) -> None:
    house.views["room"] = View("room", is_marked=True, people=frozenset({"ada"}))
    for _ in range(5):
        house.supervisor._hear({"type": "rooms.changed"})
        await _db(actions.beat)(session.id, 1, [])
        await house.pass_time(1)
    assert not house.runtime.asked, "it may be coming back: LiveKit tries again every 5 s"
    for _ in range(6):
        await _db(actions.beat)(session.id, 1, [])
        await house.pass_time(1)
    assert set(house.runtime.asked) == {(session.id, 2)}


async def test_a_sweep_takes_away_what_was_there_before(house: House, session: Session) -> None:
    mine = f"agent-{session.id}-1"
    strays = frozenset({mine, "agent-old-1"})
    house.views = {
        "room": View("room", is_marked=True, people=frozenset({"ada"}), agents=strays),
        "ours": View("ours", is_marked=True),
        "theirs": View("theirs"),
        "busy": View("busy", is_marked=True, others=1),
    }
    for _ in range(10):
        await _db(actions.beat)(session.id, 1, [])
        await house.pass_time(1)
    assert house.taken_away == Plan({("room", "agent-old-1")}, {"ours"})


async def test_a_room_that_is_just_being_entered_is_not_deleted(house: House) -> None:
    house.views = {"ours": View("ours", is_marked=True)}
    for _ in range(6):
        house.supervisor._hear({"type": "rooms.changed"})
        await house.pass_time(0.5)
    assert house.taken_away == Plan()
    await house.pass_time(4)
    assert house.taken_away == Plan(rooms={"ours"})
