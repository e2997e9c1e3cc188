"""What the settings make of the agent, and what livekit-agents gets of it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from agent_manager.shift.conversation import VoiceAgent
from agents.resolving import resolve
from livekit.agents import function_tool


def test_the_agent_is_what_the_settings_say(settings: Any) -> None:
    settings.SYSTEM_PROMPT, settings.GREETING = "You sell flowers.", "Flowers, good day."
    settings.STT_LANGUAGE, settings.TTS_VOICE = "de", "nova"
    settings.MAX_SESSION_SECONDS, settings.IDLE_SECONDS = 600, 60
    settings.STT_STREAMING, settings.TURN_DETECTION = "off", "model"
    agent = resolve()
    assert (agent.instructions, agent.greeting) == ("You sell flowers.", "Flowers, good day.")
    assert (agent.language, agent.voice) == ("de", "nova")
    assert (agent.limits.session_seconds, agent.limits.idle_seconds) == (600, 60)
    assert agent.interim_words is False and agent.turns.by_model
    assert agent.services is settings.SERVICES


@pytest.mark.parametrize(("said", "known"), [("auto", None), ("on", True), ("off", False)])
def test_whether_words_come_as_they_are_spoken_may_be_left_open(
    settings: Any, said: str, known: bool | None
) -> None:
    settings.STT_STREAMING = said
    assert resolve().interim_words is known


def test_a_session_may_bring_instructions_of_its_own(settings: Any) -> None:
    settings.SYSTEM_PROMPT = "You sell flowers."
    assert resolve("You teach chess.").instructions == "You teach chess."


def test_nobody_changes_an_agent_that_runs() -> None:
    with pytest.raises(FrozenInstanceError):
        resolve().greeting = "Other words."  # type: ignore[misc]


def test_its_instructions_and_tools_reach_livekit_agents() -> None:
    @function_tool
    async def opening_hours() -> str:
        """When the shop is open."""
        return "from nine to five"

    agent = replace(resolve("You sell flowers."), tools=(opening_hours,))
    voice = VoiceAgent(agent, None, None, [])  # type: ignore[arg-type]
    assert voice.instructions.startswith("You sell flowers.\n\n")
    assert voice.tools == [opening_hours]
