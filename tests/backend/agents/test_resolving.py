"""What the settings make of the agent, and what livekit-agents gets of it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from agent_manager.providers.assemble import agent_session, build
from agent_manager.remembering.summary import LEAST_NOTES_TOKENS, of_notes
from agent_manager.shift.voice_agent import VoiceAgent
from agent_manager.speaking.kept import Key
from agents.resolving import resolve
from livekit.agents import function_tool
from livekit.agents.llm import ChatContext


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


def test_of_another_server_the_setting_says_nothing(settings: Any) -> None:
    settings.STT_STREAMING = "on"
    elsewhere = {"services": {"stt": {"base_url": "https://other.example/v1"}}}
    assert resolve(elsewhere).interim_words is None
    assert resolve({"services": {"stt": {"model": "ears"}}}).interim_words is True


def test_a_session_may_bring_instructions_of_its_own(settings: Any) -> None:
    settings.SYSTEM_PROMPT = "You sell flowers."
    assert resolve(instructions="You teach chess.").instructions == "You teach chess."


def test_nobody_changes_an_agent_that_runs() -> None:
    with pytest.raises(FrozenInstanceError):
        resolve().greeting = "Other words."  # type: ignore[misc]


def test_its_instructions_and_tools_reach_livekit_agents() -> None:
    @function_tool
    async def opening_hours() -> str:
        """When the shop is open."""
        return "from nine to five"

    agent = resolve(instructions="You sell flowers.")
    nothing = [lambda _: None] * 2
    tools = [opening_hours]
    voice = VoiceAgent(agent, None, tools, None, ChatContext.empty(), *nothing)  # type: ignore[arg-type]
    assert voice.instructions.startswith("You sell flowers.\n\n")
    assert voice.tools == [opening_hours]


async def test_how_an_agent_takes_turns_reaches_livekit_agents() -> None:
    for fields, silence, may in (
        ({}, 0.6, True),
        ({"turn_taking": "quick", "may_be_interrupted": False}, 0.4, False),
        ({"turn_taking": "patient"}, 1.2, True),
    ):
        agent = resolve(fields)
        options = agent_session(build(agent), agent.turns, is_first=True).options
        assert options.endpointing["min_delay"] == silence
        assert options.interruption["enabled"] is may
        assert options.interruption["discard_audio_if_uninterruptible"] is False


def test_notes_are_written_soberly_and_at_length_whatever_the_agent_is_like() -> None:
    replies = resolve({"temperature": 1.9, "reply_tokens": 60}).replies
    assert (replies.temperature, replies.tokens) == (1.9, 60)
    assert (of_notes(replies).temperature, of_notes(replies).tokens) == (None, LEAST_NOTES_TOKENS)
    assert of_notes(resolve({"reply_tokens": 0}).replies).tokens == 0


def test_the_kept_voice_of_a_greeting_is_another_at_another_rate(settings: Any) -> None:
    service = settings.SERVICES["tts"]
    keys = {Key.of(service, "nova", rate, "Hello.", "en").of_fact for rate in (None, 1.0, 1.25)}
    assert len(keys) == 3
