"""A reply has an end, whatever its model does."""

from __future__ import annotations

import asyncio
import time

import pytest
from agent_manager.providers.causes import service_error
from agent_manager.providers.openai.chat.limits import CHARACTERS, goes_in_circles
from fakes.openai_api import OpenAIStandIn
from livekit.agents import APIError
from support.limits import in_time

from agent.providers.language.chatting import Chat


@pytest.mark.parametrize(("habit", "word", "most"), [("very", "very", 40), ("i_see", "I see.", 30)])
async def test_a_reply_that_goes_in_circles_is_hung_up_on(
    chat: Chat, api: OpenAIStandIn, habit: str, word: str, most: int
) -> None:
    api.set_habit("llm", habit, times=1)
    begun = time.monotonic()
    reply = await chat.ask("Good day.")
    assert in_time(time.monotonic() - begun, 5.0)
    assert 5 < reply.count(word) < most
    assert (await chat.ask("Good day.")).startswith("Certainly.")
    assert not chat.errors


async def test_a_reply_that_never_ends_is_long_enough_at_some_time(
    chat: Chat, api: OpenAIStandIn
) -> None:
    numbers = (f"Number {n} is followed by others. " for n in range(3000))
    api.reply = "".join(numbers)
    try:
        reply = await chat.ask("Good day.")
    finally:
        api.reply = "Certainly. You said: {said}, and that is noted."
    assert CHARACTERS <= len(reply) < CHARACTERS + 200


async def test_reasoning_for_ever_is_slow(api: OpenAIStandIn) -> None:
    chat = Chat(api, seconds=0.3)
    api.set_habit("llm", "thinking_for_ever")
    with pytest.raises(APIError):
        await asyncio.wait_for(chat.ask("Good day."), 20)
    assert service_error(chat.errors[-1].error).reason == "slow"


async def test_the_limit_of_tokens_is_asked_for_and_lifted_where_it_leaves_no_words(
    chat: Chat, api: OpenAIStandIn
) -> None:
    api.set_habit("llm", "out_of_tokens", times=1)
    assert (await chat.ask("Good day.")).startswith("Certainly.")
    assert chat.asked() == 2 and not chat.errors


@pytest.mark.parametrize(
    ("text", "circle"),
    [
        ("very " * 24, True),
        ("I see. " * 20, True),
        ("哈" * 120, True),
        ("I will tell you about the green tea of Uji. " * 5, True),
        ("La la la la la, la la la.", False),
        ("No, no, no, no. That is not what I said, and not what I meant.", False),
        (" ".join(f"{n} green bottles hanging on the wall." for n in range(20)), False),
        ("", False),
    ],
)
def test_circles_are_told_from_songs(text: str, circle: bool) -> None:
    assert goes_in_circles(f"Well. {text}") is circle
