"""What the supervisor does about sessions without agents."""

from __future__ import annotations

import pytest
from agent_manager.supervision.supervisor import Supervisor
from django.db import OperationalError
from fakes.installation import GRACE, Installation, in_thread, state_of
from media_server.rooms import View
from voice_sessions import queries
from voice_sessions import steps as record
from voice_sessions.actions import generations, sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason
from voice_sessions.models import ARRIVAL_SECONDS, Session, State
from wakeups.messages import AgentGone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def session(installation: Installation) -> Session:
    """A session that goes on, its person in the room and its agent silent from now on."""
    return await installation.session_without_an_agent()


async def test_a_dead_agent_has_a_successor_within_four_seconds(
    installation: Installation, session: Session
) -> None:
    await installation.pass_time(3.5)
    assert installation.runtime.asked == [(session.id, 2)]
    assert installation.removed == [("room", f"agent-{session.id}-1")]


async def test_an_agent_that_lives_is_left_alone(
    installation: Installation, session: Session
) -> None:
    for _ in range(6):
        await in_thread(generations.beat)(session.id, 1, [])
        await installation.pass_time(1)
    assert installation.runtime.asked == []


async def test_an_agent_of_this_process_is_not_dead_because_beats_are_late(
    installation: Installation, session: Session
) -> None:
    installation.runtime.held.add(session.id)
    await installation.pass_time(10)
    assert installation.runtime.asked == []
    installation.runtime.held.clear()
    await installation.pass_time(0.5)
    assert installation.runtime.asked == [(session.id, 2)]


async def test_a_fourth_loss_ends_the_session(installation: Installation, session: Session) -> None:
    for generation in (1, 2, 3):
        await installation.pass_time(3.5)
        await in_thread(generations.claim)(session.id, generation + 1)
        await in_thread(generations.beat)(session.id, generation + 1, [])
        await installation.pass_time(0.5)
    await installation.pass_time(3.5)
    assert [generation for _, generation in installation.runtime.asked] == [2, 3, 4]
    assert await state_of(session) == (State.ENDED, EndReason.AGENT_FAILED, 4)


async def test_nobody_is_sent_into_a_room_without_its_person(
    installation: Installation, session: Session
) -> None:
    installation.views["room"] = View("room", is_marked=True)
    await installation.pass_time(GRACE)
    assert (await state_of(session))[0] == State.ACTIVE
    await installation.pass_time(4)
    assert installation.runtime.asked == []
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 1)


async def test_a_person_who_was_never_there_is_waited_for_five_seconds_alone(
    installation: Installation, session: Session
) -> None:
    await Session.objects.filter(id=session.id).aupdate(person_came=False)
    installation.views["room"] = View("room", is_marked=True)
    await installation.pass_time(3 + ARRIVAL_SECONDS - 1)
    assert (await state_of(session))[0] == State.ACTIVE
    await installation.pass_time(2)
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 1)
    assert await in_thread(queries.history)("local") == ([], None)


async def test_who_was_there_is_waited_for_as_long_under_every_later_agent(
    installation: Installation, session: Session
) -> None:
    await Session.objects.filter(id=session.id).aupdate(person_came=False)
    await installation.pass_time(3.5)
    await in_thread(generations.claim)(session.id, 2)
    await in_thread(generations.beat)(session.id, 2, [])
    installation.views["room"] = View("room", is_marked=True)
    await installation.pass_time(GRACE)
    assert (await state_of(session))[0] == State.ACTIVE
    await installation.pass_time(5)
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 2)
    (kept,), _ = await in_thread(queries.history)("local")
    assert kept.id == session.id


async def test_a_person_who_comes_back_in_time_finds_an_agent(
    installation: Installation, session: Session
) -> None:
    there, installation.views["room"] = installation.views["room"], View("room", is_marked=True)
    await installation.pass_time(GRACE / 2)
    installation.views["room"] = there
    await installation.pass_time(0.5)
    assert installation.runtime.asked == [(session.id, 2)]


async def test_an_earlier_silence_does_not_shorten_the_grace(
    installation: Installation, session: Session
) -> None:
    there, installation.views["room"] = installation.views["room"], View("room", is_marked=True)
    await installation.pass_time(4)
    installation.views["room"] = there
    for _ in range(GRACE):
        await in_thread(generations.beat)(session.id, 1, [])
        await installation.pass_time(1)
    installation.views["room"] = View("room", is_marked=True)
    await installation.pass_time(GRACE - 2)
    assert (await state_of(session))[0] == State.ACTIVE


async def test_an_agent_that_moves_is_no_loss(installation: Installation, session: Session) -> None:
    await in_thread(generations.move)(session.id, 1)
    installation.supervisor._hear(
        [AgentGone(type="agent.gone", session_id=session.id, generation=1)]
    )
    await installation.pass_time(0.5)
    assert installation.runtime.asked == [(session.id, 2)]
    assert (await Session.objects.aget(id=session.id)).recoveries == 0


@pytest.mark.parametrize("generation", [0, 2, 7])
async def test_a_hint_about_another_agent_changes_nothing(
    installation: Installation, session: Session, generation: int
) -> None:
    for _ in range(3):
        hint = AgentGone(type="agent.gone", session_id=session.id, generation=generation)
        installation.supervisor._hear([hint])
        await in_thread(generations.beat)(session.id, 1, [])
        await installation.pass_time(0.5)
    assert installation.runtime.asked == []


async def test_an_agent_that_never_came_ends_the_first_session_kindly(
    installation: Installation,
) -> None:
    session, _ = await in_thread(sessions.start)(NewSession("local", "room", "ada"))
    await installation.supervisor.tick()
    await installation.pass_time(10.5)
    assert installation.runtime.asked == [(session.id, 1)]
    assert await state_of(session) == (State.ENDED, EndReason.AGENT_FAILED, 1)
    assert installation.runtime.settled == [session.id]
    assert await in_thread(queries.history)("local", before=None, limit=10) == ([], None)


async def test_an_agent_that_comes_at_the_last_moment_is_let_in(installation: Installation) -> None:
    session, _ = await in_thread(sessions.start)(NewSession("local", "room", "ada"))
    await in_thread(generations.claim)(session.id, 1)
    await installation.supervisor._recovery.give_up_waiting(session)
    assert await state_of(session) == (State.STARTING, "", 1)


async def test_a_successor_that_never_comes_is_not_asked_for_without_the_person(
    installation: Installation, session: Session
) -> None:
    await installation.pass_time(3.5)
    installation.views["room"] = View("room", is_marked=True)
    await installation.pass_time(5 + 10 + GRACE + 1)
    assert {generation for _, generation in installation.runtime.asked} == {2}
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 2)


async def test_a_database_that_was_away_makes_nobody_look_dead(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise OperationalError

    await installation.pass_time(2.5)
    with monkeypatch.context() as away:
        away.setattr(record, "not_ended", fail)
        with pytest.raises(OperationalError):
            await installation.supervisor.tick()
    installation.now += 5
    await installation.pass_time(2.5)
    assert installation.runtime.asked == []
    await installation.pass_time(1)
    assert installation.runtime.asked == [(session.id, 2)]


async def test_a_session_that_is_overdue_is_ended(
    installation: Installation, session: Session
) -> None:
    await in_thread(sessions.end)(session.id, EndReason.STOPPED)
    await installation.pass_time(3.5)
    assert await state_of(session) == (State.ENDED, EndReason.STOPPED, 1)


async def test_only_the_holder_of_the_lease_acts(
    installation: Installation, session: Session
) -> None:
    other = Supervisor(installation.runtime, lambda: installation.now)  # type: ignore[arg-type]
    for _ in range(8):
        installation.now += 0.5
        await other.tick()
    assert installation.runtime.asked == []
