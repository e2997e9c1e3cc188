"""A session whose provider is not installed here any more, as after an update, ends with words."""

from __future__ import annotations

import asyncio

import pytest
from agent_manager.providers import making
from agent_manager.shift.serve import serve
from agents.resolving import resolve
from asgiref.sync import sync_to_async
from structlog.testing import capture_logs
from voice_sessions.actions import sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.models import Event


@pytest.mark.usefixtures("record")
async def test_its_person_and_the_log_are_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(making, "is_installed", lambda provider: not provider.module)
    agent = resolve({"services": {"llm": {"provider": "anthropic"}}})
    session, _ = await sync_to_async(sessions.start)(NewSession("local", "kitchen", "ada"))
    joined = asyncio.Event()
    with capture_logs() as logged:
        await serve(session, agent, joined)
    assert joined.is_set(), "nobody waits for it to join"
    events = [event.payload async for event in Event.objects.filter(session_id=session.id)]
    (told,) = [each for each in events if each.get("event") == "error"]
    assert (told["code"], told["fatal"]) == ("llm_not_installed", True)
    assert told["message"].startswith("The language service needs a plugin")
    assert events[-1] == {"event": "session_ended", "reason": "agent_failed"}
    (line,) = [each for each in logged if each["event"] == "provider_not_installed"]
    assert line["command"] == "make setup EXTRAS=anthropic"
