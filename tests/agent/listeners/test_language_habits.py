"""What a person hears and reads of a language server with habits, and in the turn after it."""

from __future__ import annotations

import pytest
from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.habits.llm import REPLY
from support.limits import in_time
from support.person import Person
from support.slow import but_first
from support.waiting import until_async

from agent.listeners.failing import ask
from agent.listeners.test_turns import WORDS, greeted

SPOKEN = "I am sorry"


async def is_answered_next(ada: Person, openai_api: OpenAIStandIn) -> None:
    """A turn with a server that works: its reply is heard and shown."""
    openai_api.clear()
    before = len(ada.finals("agent"))
    spoken = await ask(ada)
    reply = await ada.until_final("agent", before + 1)
    assert reply["text"] == openai_api.reply_to(WORDS)
    assert ada.hears_since(spoken)


@pytest.mark.parametrize(
    ("habit", "code"),
    but_first(
        [
            ("empty", "llm_empty"),
            ("html", "llm_web_page"),
            ("only_reasoning", "llm_only_thought"),
            ("filtered", "llm_filtered"),
            ("unoffered_tool", "llm_only_tool_call"),
            ("other_json", "llm_wrong_answer"),
            ("error_in_stream", "llm_failed"),
            ("redirect", "llm_moved"),
        ],
        quick=2,
    ),
)
async def test_no_reply_is_told_for_what_it_is_and_the_next_turn_works(
    ada: Person, openai_api: OpenAIStandIn, habit: str, code: str
) -> None:
    await greeted(ada)
    openai_api.set_habit("llm", habit)
    spoken = await ask(ada)
    notice = await ada.until_final("agent", 2)
    assert notice["text"].startswith(SPOKEN)
    assert {m["code"] for m in ada.events("error")} == {code}
    assert not any(m["fatal"] for m in ada.events("error"))
    assert in_time((ada.hears_since(spoken) or 0) - spoken, 8)
    await ada.until_quiet()
    await is_answered_next(ada, openai_api)


@pytest.mark.parametrize(
    "habit",
    but_first(
        ["plain_only", "whole_json", "roles_in_turn", "no_system_in_turn", "no_stream_options"]
    ),
)
async def test_a_server_of_another_kind_answers_as_usual(
    ada: Person, openai_api: OpenAIStandIn, habit: str
) -> None:
    await greeted(ada)
    openai_api.set_habit("llm", habit)
    for turn in (2, 3):
        await ask(ada)
        assert (await ada.until_final("agent", turn))["text"] == openai_api.reply_to(WORDS)
        await ada.until_quiet()
    assert not ada.events("error")


@pytest.mark.parametrize(
    "habit",
    but_first(
        ["lone_close", "think", "harmony", "tool_call_text", "im_end", "unoffered_tool_beside"]
    ),
)
async def test_what_is_no_speech_is_neither_heard_nor_shown_nor_kept(
    ada: Person, openai_api: OpenAIStandIn, habit: str
) -> None:
    await greeted(ada)
    openai_api.set_habit("llm", habit)
    for turn in (2, 3):
        await ask(ada)
        assert (await ada.until_final("agent", turn))["text"] == REPLY
        await ada.until_quiet()
    everything = f"{ada.messages}{openai_api.requests()}"
    assert "secret" not in everything and "<|" not in everything
    assert not ada.events("error")


@pytest.mark.parametrize("habit", but_first(["very", "i_see"]))
async def test_a_reply_that_goes_in_circles_ends_and_the_next_one_comes(
    ada: Person, openai_api: OpenAIStandIn, habit: str
) -> None:
    await greeted(ada)
    openai_api.set_habit("llm", habit, times=1)
    await ask(ada)
    reply = await ada.until_final("agent", 2, seconds=60)
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
    await is_answered_next(ada, openai_api)
