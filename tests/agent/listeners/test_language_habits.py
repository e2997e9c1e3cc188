"""What a person hears and reads of a language server with habits, and in the turn after it.

One session meets every habit of a kind, one after the other. A habit that teaches the agent
something of its server stands behind those that the agent has to meet without knowing it.
"""

from __future__ import annotations

from typing import Any

import pytest
from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.habits.llm import REPLY
from support.limits import in_time
from support.person import Person
from support.waiting import until_async

from agent.habits import under
from agent.listeners.failing import ask
from agent.listeners.test_turns import WORDS, greeted

pytestmark = pytest.mark.usefixtures("short_voices")

SPOKEN = "I am sorry"
NO_REPLY = {
    "empty": "llm_empty",
    "html": "llm_web_page",
    "only_reasoning": "llm_only_thought",
    "filtered": "llm_filtered",
    "unoffered_tool": "llm_only_tool_call",
    "other_json": "llm_wrong_answer",
    "error_in_stream": "llm_failed",
    "redirect": "llm_moved",
}
ANOTHER_KIND = (
    *("whole_json", "no_stream_options", "roles_in_turn", "no_system_in_turn"),
    "plain_only",
)
NO_SPEECH = (
    *("think", "harmony", "tool_call_text", "im_end", "unoffered_tool_beside"),
    "lone_close",
)


async def reply_to_ask(ada: Person) -> dict[str, Any]:
    """They ask, and a reply is heard and shown: the entry of it."""
    before = len(ada.finals("agent"))
    spoken = await ask(ada)
    reply = await ada.until_final("agent", before + 1)
    await until_async(lambda: ada.hears_since(spoken), what="the reply is heard")
    await ada.until_quiet(0.5)
    return reply


def is_usual(reply: str, openai_api: OpenAIStandIn) -> bool:
    """Whether it is the stand-in's own; on a busy machine one line may be heard as two."""
    return reply in [openai_api.reply_to(" ".join([WORDS] * times)) for times in (1, 2)]


async def is_answered_next(ada: Person, openai_api: OpenAIStandIn) -> None:
    """A turn with a server that works: its reply is heard and shown."""
    assert is_usual((await reply_to_ask(ada))["text"], openai_api)


async def test_no_reply_is_told_for_what_it_is_and_the_next_turn_works(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    for habit, code in NO_REPLY.items():
        told, before = len(ada.events("error")), len(ada.finals("agent"))
        with under(openai_api, "llm", habit):
            spoken = await ask(ada)
            notice = await ada.until_final("agent", before + 1)
            assert notice["text"].startswith(SPOKEN)
            assert {m["code"] for m in ada.events("error")[told:]} == {code}
            assert not any(m["fatal"] for m in ada.events("error"))
            assert in_time((ada.hears_since(spoken) or 0) - spoken, 8)
            await ada.until_quiet(0.5)
        with under(openai_api, "llm", ""):
            await is_answered_next(ada, openai_api)


async def test_a_server_of_another_kind_answers_as_usual(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    for habit in ANOTHER_KIND:
        with under(openai_api, "llm", habit):
            await is_answered_next(ada, openai_api)
    with under(openai_api, "llm", ANOTHER_KIND[-1]):
        await is_answered_next(ada, openai_api)
    assert not ada.events("error")


async def test_what_is_no_speech_is_neither_heard_nor_shown_nor_kept(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    for habit in NO_SPEECH:
        with under(openai_api, "llm", habit):
            assert (await reply_to_ask(ada))["text"] == REPLY
    with under(openai_api, "llm", NO_SPEECH[-1]):
        assert (await reply_to_ask(ada))["text"] == REPLY
    everything = f"{ada.messages}{openai_api.requests()}"
    assert "secret" not in everything and "<|" not in everything
    assert not ada.events("error")


async def test_a_reply_that_goes_in_circles_ends_and_the_next_one_comes(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    for habit in ("very", "i_see"):
        before = len(ada.finals("agent"))
        with under(openai_api, "llm", habit, times=1):
            await ask(ada)
            reply = await ada.until_final("agent", before + 1, seconds=60)
            assert 20 < len(reply["text"]) < 400
            await ada.until_quiet()
            await is_answered_next(ada, openai_api)


async def test_a_reply_that_breaks_off_keeps_what_was_said(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    await is_answered_next(ada, openai_api)
    openai_api.set_habit("llm", "dropped")
    await ask(ada)
    await until_async(lambda: ada.events("error"), what="an error event")
    assert ada.events("error")[0]["code"] == "llm_broken_off"
    await until_async(
        lambda: any(m["text"].startswith(SPOKEN) for m in ada.finals("agent")), what="a notice"
    )
    await ada.until_quiet()
    openai_api.set_habit("llm", "")
    await is_answered_next(ada, openai_api)
