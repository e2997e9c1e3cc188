"""What the supervisor does about rooms: those it cannot see, and those nobody needs."""

from __future__ import annotations

import pytest
from agent_manager.supervision import recovery
from fakes.installation import GRACE, Installation, in_thread, state_of
from media_server.rooms import Plan, View
from voice_sessions.actions import generations
from voice_sessions.endings import EndReason
from voice_sessions.models import Session, State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def session(installation: Installation) -> Session:
    """A session that goes on, its person in the room and its agent silent from now on."""
    return await installation.session_without_an_agent()


async def test_a_media_server_that_is_down_is_waited_for(
    installation: Installation, session: Session
) -> None:
    installation.is_livekit_down = True
    await installation.pass_time(30)
    assert (await state_of(session))[0] == State.ACTIVE
    installation.is_livekit_down = False
    await installation.pass_time(0.5)
    assert installation.runtime.asked == [(session.id, 2)]


async def test_while_the_media_server_is_down_nobody_counts_as_gone(
    installation: Installation, session: Session
) -> None:
    installation.is_livekit_down = True
    await installation.pass_time(GRACE + 10)
    installation.is_livekit_down = False
    installation.views["room"] = View("room", is_marked=True)
    await installation.pass_time(GRACE - 2)
    assert (await state_of(session))[0] == State.ACTIVE
    await installation.pass_time(4)
    assert await state_of(session) == (State.ENDED, EndReason.LEFT, 1)


async def test_a_media_server_that_stays_down_ends_the_session(
    installation: Installation, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "PATIENCE_WITH_LIVEKIT", 5.0)
    installation.is_livekit_down = True
    await installation.pass_time(recovery.PATIENCE_WITH_LIVEKIT + 4)
    assert await state_of(session) == (State.ENDED, EndReason.AGENT_FAILED, 1)


async def test_an_agent_that_beats_outside_the_room_is_replaced(
    installation: Installation, session: Session
) -> None:
    installation.views["room"] = View("room", is_marked=True, people=frozenset({"ada"}))
    for _ in range(5):
        installation.supervisor._hear([{"type": "rooms.changed"}])
        await in_thread(generations.beat)(session.id, 1, [])
        await installation.pass_time(1)
    assert not installation.runtime.asked, "it may be coming back: LiveKit tries again every 5 s"
    for _ in range(6):
        await in_thread(generations.beat)(session.id, 1, [])
        await installation.pass_time(1)
    assert set(installation.runtime.asked) == {(session.id, 2)}


async def test_a_sweep_takes_away_what_was_there_before(
    installation: Installation, session: Session
) -> None:
    mine = f"agent-{session.id}-1"
    strays = frozenset({mine, "agent-old-1"})
    installation.views = {
        "room": View("room", is_marked=True, people=frozenset({"ada"}), agents=strays),
        "ours": View("ours", is_marked=True),
        "theirs": View("theirs"),
        "busy": View("busy", is_marked=True, others=1),
    }
    for _ in range(10):
        await in_thread(generations.beat)(session.id, 1, [])
        await installation.pass_time(1)
    assert installation.taken_away == Plan({("room", "agent-old-1")}, {"ours"})


async def test_a_room_that_is_just_being_entered_is_not_deleted(installation: Installation) -> None:
    installation.views = {"ours": View("ours", is_marked=True)}
    for _ in range(6):
        installation.supervisor._hear([{"type": "rooms.changed"}])
        await installation.pass_time(0.5)
    assert installation.taken_away == Plan()
    await installation.pass_time(4)
    assert installation.taken_away == Plan(rooms={"ours"})
