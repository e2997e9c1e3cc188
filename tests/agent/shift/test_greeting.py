"""The greeting: its voice is asked for once, and played at once from then on."""

from __future__ import annotations

from fakes.openai_api import OpenAIStandIn
from support.backend import Backend
from support.limits import in_time
from support.person import Person, person

GREETING_IN = 0.35
"""Seconds from the agent's start to the first sound of a greeting that is kept."""
GREETING = "Hello. I am here."


async def heard_greeting(somebody: Person) -> float:
    """Seconds from when the agent could hear until it was heard itself."""
    await somebody.start()
    greeting = await somebody.until_final("agent", 1)
    assert greeting["text"] == GREETING and "interrupted" not in greeting
    started = somebody.events("session_started")[0]["received"]
    heard = somebody.hears_since(0)
    assert heard
    return float(heard) - float(started)


async def test_a_greeting_is_bought_once_and_then_said_at_once(
    agents: Backend, openai_api: OpenAIStandIn
) -> None:
    openai_api.clear()
    async with person(agents, "greeting-one") as ada:
        await heard_greeting(ada)
    openai_api.clear()
    async with person(agents, "greeting-two") as bert:
        seconds = await heard_greeting(bert)
        assert openai_api.requests("/v1/audio/speech") == []
        interims = [m["text"] for m in bert.messages if m.get("final") is False]
        assert len(interims) >= 2
    assert in_time(seconds, GREETING_IN)


async def test_a_greeting_with_the_persons_name_is_not_kept(
    agents: Backend, openai_api: OpenAIStandIn
) -> None:
    for room in ("greeting-named-one", "greeting-named-two"):
        openai_api.clear()
        async with person(agents, room, "here") as somebody:
            await heard_greeting(somebody)
            assert len(openai_api.requests("/v1/audio/speech")) >= 1
