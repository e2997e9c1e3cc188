"""What is told of a wait, and what was waited, for an agent that takes over."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import FOLDER, backend
from support.limits import is_as_heard
from support.media_server import MediaServer
from support.person import Person, person
from support.processes import Process
from support.speech import line
from support.waiting import until_async

from agent.conftest import KEY
from agent.listeners.test_turns import WORDS, greeted

PARTS = ("takeover_ms", "text_ms", "decision_ms", "token_ms", "sound_ms", "heard_ms", "way_ms")


async def is_right(ada: Person, times: dict[str, Any], spoken: float) -> bool:
    """Whether the parts make up the wait, which is the one on received audio."""
    heard = await until_async(lambda: ada.hears_since(spoken), what="the agent is heard") or 0
    print(f"heard after {(heard - spoken) * 1000:.0f} ms:", times)
    assert sum(times.get(part, 0) for part in PARTS) == times["wait_ms"]
    return is_as_heard(times["wait_ms"] / 1000, heard - spoken)


@pytest.mark.slow
async def test_the_wait_for_an_agent_that_takes_over_is_counted_since_the_question(
    media: MediaServer, openai_api: OpenAIStandIn
) -> None:
    openai_api.clear()
    settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": openai_api.base_url}
    with backend(media, GREETING="Hello.", **settings) as running:
        async with person(running, "taken-over") as ada:
            await greeted(ada)
            openai_api.set_fault("llm", "hang")
            spoken = await ada.say(line(WORDS))
            mine = await ada.until_final("user", 1)
            running.process.kill()
            openai_api.set_fault("llm", "none")
            command = [sys.executable, "-m", "serving.server"]
            with Process(command, env=running.env, cwd=FOLDER) as again:
                again.wait_until_answers(f"{running.url}/health")
                ada.read_again()
                (times,) = await until_async(
                    lambda: ada.events("turn_times"), seconds=30, what="the wait is told"
                )
                assert times["asked"] == mine["segment"] and "decision_ms" not in times
                assert times["takeover_ms"] > 0.8 * times["wait_ms"]
                assert await is_right(ada, times, spoken)
                reply = await ada.until_final("agent", 3)
                assert reply["text"] == openai_api.reply_to(WORDS)
                await ada.until_quiet()
                assert len(ada.events("turn_times")) == 1
                await ada.stop()
                await until_async(lambda: ada.events("session_ended"), seconds=10)
