"""A session that goes on with an earlier one: its agent knows what was said there."""

from __future__ import annotations

from typing import Any

import pytest
from agent_manager.shift.greeting import GO_ON
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.listeners.test_turns import greeted

pytestmark = pytest.mark.usefixtures("short_voices")


def asked(api: OpenAIStandIn) -> list[tuple[str, str]]:
    """Role and words of the newest request to the language service, without its instructions."""
    messages: list[dict[str, Any]] = api.requests("/v1/chat/completions")[-1].messages or []
    return [(each["role"], each["content"]) for each in messages if each["role"] != "system"]


async def test_the_agent_knows_what_was_said_before(
    ada: Person, agents: Backend, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    await ada.say(line("What can you do for me today?"))
    reply = await ada.until_final("agent", 2)
    question = ada.finals("user")[0]["text"]
    await ada.stop()
    await until_async(lambda: ada.events("session_ended"), what="the first session is over")
    async with person(agents, "continued-room") as again:
        await again.start(continues=ada.session_id)
        assert (await again.until_final("agent", 1))["text"] == GO_ON
        await again.say(line("What can you do for me today?"))
        await again.until_final("agent", 2)
        said = asked(openai_api)
        assert ("user", question) in said[:3]
        assert said[3] == ("assistant", GO_ON)
        assert ("assistant", reply["text"]) in said[:3]
        path = f"/session/{again.session_id}"
        assert agents.request("GET", path).body["continues"] == ada.session_id
