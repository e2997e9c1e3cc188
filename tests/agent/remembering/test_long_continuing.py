"""A session that continues a long one: its agent knows a summary of it and its newest lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agent_manager.remembering.lines import OPENING
from agent_manager.shift.greeting import GO_ON
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend
from support.media_server import MediaServer
from support.person import person
from support.waiting import until_async

from agent.conftest import served
from agent.habits import briefly
from agent.listeners.test_turns import greeted
from agent.remembering.conftest import NOTES
from agent.shift.test_typed import types

TURNS = 6
ROOM = "long-room"


@pytest.fixture(scope="module")
def small(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    """A backend whose requests carry little of a conversation."""
    openai_api.reply = NOTES
    yield from served(media, openai_api, LLM_HISTORY_TOKENS="1000")


def fact(number: int) -> str:
    return f"Fact {number} is this: {'bees ' * 110}"


def asked(api: OpenAIStandIn, last: str) -> list[list[tuple[str, ...]]]:
    """Role and words of each request that ends with a text like this, without instructions."""
    found = [each.messages or [] for each in api.requests("/v1/chat/completions")]
    said = [[tuple(each.values()) for each in messages] for messages in found]
    return [each[1:] for each in said if each and last in each[-1][1]]


async def test_a_long_conversation_is_continued_by_its_summary_and_its_newest_lines(
    small: Backend, openai_api: OpenAIStandIn
) -> None:
    with briefly(openai_api):
        async with person(small, ROOM) as ada:
            await greeted(ada)
            for number in range(TURNS):
                await types(ada, fact(number))
                await ada.until_final("agent", number + 2)
            await ada.stop()
            await until_async(lambda: ada.events("session_ended"), what="the first session is over")
        openai_api.set_fault("llm", "hang")
        async with person(small, f"{ROOM}-again") as again:
            await again.start(continues=ada.session_id)
            assert (await again.until_final("agent", 1))["text"] == GO_ON
            await until_async(lambda: asked(openai_api, '"notes": '), what="a summary is asked for")
            openai_api.set_fault("llm", "none")
            await types(again, "Before the summary.")
            await again.until_final("agent", 2)
            (at_first,) = asked(openai_api, "Before the summary.")
            newest = ("user", fact(TURNS - 1).strip())
            assert newest in at_first and not [text for _, text in at_first if OPENING in text]
            path = f"/session/{again.session_id}"
            await until_async(
                lambda: small.request("GET", path).body["summarised"] > 0, what="the summary"
            )
            await types(again, "With the summary.")
            await again.until_final("agent", 3)
    (later,) = asked(openai_api, "With the summary.")
    assert later[0] == ("assistant", f"{OPENING}\n{NOTES}")
    assert [said for said in later if said[1].startswith("Fact")] == [newest]
    assert ("user", "Before the summary.") in later
    assert OPENING not in str(small.transcript(again.session_id))
