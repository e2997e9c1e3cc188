"""When a session is idle: somebody is there, nobody says a word, and no reply is on its way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.shift.limits import LimitWatch
from agents.agent import Limits
from livekit import rtc
from voice_sessions.endings import EndReason
from voice_sessions.models import Session

IDLE = 10.0


@pytest.mark.parametrize(
    ("is_there", "state", "due"),
    [
        (True, "listening", EndReason.IDLE),
        (True, "thinking", None),
        (True, "speaking", None),
        (False, "listening", None),
    ],
)
async def test_it_is_idle_while_somebody_is_there_and_the_agent_has_nothing_to_do(
    is_there: bool, state: str, due: EndReason | None
) -> None:
    voice: Any = SimpleNamespace(user_state="listening", agent_state=state)
    room: Any = SimpleNamespace()
    session = Session(identity="ann")
    watch = LimitWatch(room, session, Limits(idle_seconds=IDLE), voice)
    ann: Any = SimpleNamespace(
        identity="ann", kind=rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD, attributes={}
    )
    watch._last_speech -= IDLE + 1
    if is_there:
        watch._on_joined(ann)
        assert watch._due(watch._last_speech) is None, "coming counts as a sign of life"
    now = watch._last_speech + IDLE + 0.1
    assert watch._due(now) is due
