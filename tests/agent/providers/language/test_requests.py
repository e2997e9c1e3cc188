"""A request that a server does not take is asked again in another way, which is remembered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agent_manager.providers.causes import service_error
from agent_manager.providers.openai.chat.history import fitted, tokens
from agent_manager.providers.openai.chat.refusals import read_refusal
from agent_manager.providers.openai.chat.shapes import Shape
from fakes.openai_api import OpenAIStandIn
from livekit.agents import APIError, function_tool

from agent.providers.language.chatting import INSTRUCTIONS, Chat

USUAL = "Certainly. You said: {said}, and that is noted."
QUESTION = "Tell me of tea number {number} and of all that one has to know of it, please."


@function_tool
async def get_tea(place: str) -> str:
    """Finds tea."""
    return place


@pytest.mark.parametrize(
    ("habit", "retries"),
    [
        ("roles_in_turn", 1),
        ("no_system", 1),
        ("no_system_in_turn", 1),
        ("no_stream_options", 1),
        ("no_max_tokens", 1),
        ("no_limits", 2),
        ("no_tools", 1),
        ("no_stream", 1),
        ("plain_only", 1),
    ],
)
async def test_it_is_asked_in_another_way_once_and_for_all(
    chat: Chat, api: OpenAIStandIn, habit: str, retries: int
) -> None:
    chat.context.add_message(role="assistant", content="Hello. I am here.")
    api.set_habit("llm", habit)
    reply = await chat.ask("Good day.", [get_tea])
    assert reply.startswith("Certainly.") and "Good day" in reply
    assert chat.asked() == 1 + retries
    assert INSTRUCTIONS in json.dumps(api.requests()[-1].messages)
    assert await chat.ask("Green.", [get_tea])
    assert chat.asked() == 2 + retries
    assert not chat.errors


async def test_a_temperature_is_sent_where_it_is_set_and_taken(api: OpenAIStandIn) -> None:
    plain, free = Chat(api), Chat(api, temperature=0.3)
    for each in (plain, free):
        await each.ask("Good day.")
    assert [asked.temperature for asked in api.requests()] == [None, 0.3]
    api.clear()
    api.set_habit("llm", "no_temperature")
    await free.ask("Good day.")
    await free.ask("Green.")
    assert [asked.temperature for asked in api.requests()] == [0.3, None, None]
    thinks = Chat(api, temperature=0.3)
    thinks.model._opts.model = "gpt-5-mini"
    api.clear()
    await thinks.ask("Good day.")
    assert [asked.temperature for asked in api.requests()] == [None], "it is known to take none"


async def test_another_chat_with_the_server_knows_it_too(chat: Chat, api: OpenAIStandIn) -> None:
    api.set_habit("llm", "no_stream_options")
    await chat.ask("Good day.")
    again = Chat(api)
    again.model._service, again.model._opts = chat.model._service, chat.model._opts
    await again.ask("Good day.")
    assert chat.asked() == 3


async def test_what_no_shape_mends_leaves_the_shape_as_it_was(
    chat: Chat, api: OpenAIStandIn
) -> None:
    api.set_habit("llm", "echoing_400")
    with pytest.raises(APIError):
        await chat.ask("Good day.")
    api.clear()
    await chat.ask("Good day.")
    (asked,) = api.requests()
    assert asked.messages and asked.messages[0] == {"role": "system", "content": INSTRUCTIONS}


@pytest.mark.parametrize(
    "habit", ["openai_window", "llama_window", "window_in_stream", "untold_window"]
)
async def test_a_conversation_that_outgrows_the_window_goes_on(
    chat: Chat, api: OpenAIStandIn, habit: str
) -> None:
    api.set_habit("llm", habit)
    for number in range(30):
        question = QUESTION.format(number=number)
        reply = await chat.ask(question)
        assert reply == USUAL.format(said=question.rstrip("."))
    sent = api.requests()[-1].messages or []
    assert sent[0]["content"] == INSTRUCTIONS and sent[1]["role"] == "user"
    assert 3 <= len(sent) < 20
    assert chat.asked() <= 30 + 6
    assert not chat.errors


async def test_the_setting_keeps_the_history_short(api: OpenAIStandIn) -> None:
    chat = Chat(api, history_tokens=200)
    for number in range(12):
        await chat.ask(QUESTION.format(number=number))
    sent = api.requests()[-1].messages or []
    assert tokens(sent) <= 200 and sent[0]["content"] == INSTRUCTIONS
    assert sent[-1]["content"] == QUESTION.format(number=11)
    assert chat.asked() == 12


async def test_one_question_that_no_window_takes_is_told(chat: Chat, api: OpenAIStandIn) -> None:
    api.set_habit("llm", "openai_window")
    with pytest.raises(APIError):
        await chat.ask("tea " * 2000)
    assert service_error(chat.errors[-1].error).reason == "too_long"
    chat.context.items.pop()
    assert await chat.ask("Good day.") == USUAL.format(said="Good day")


def turn(number: int) -> list[dict[str, Any]]:
    """A question and its answer, of about 110 tokens."""
    return [
        {"role": "user", "content": f"{number}" + "a" * 199},
        {"role": "assistant", "content": "b" * 200},
    ]


def test_whole_turns_go_from_the_oldest_and_instructions_stay() -> None:
    head = {"role": "system", "content": "Sell."}
    late = {"role": "system", "content": "Be short."}
    messages = [head, *turn(1), *turn(2), late, *turn(3)]
    assert fitted(messages, 10_000) == messages
    assert fitted(messages, 240) == [head, *turn(2), late, *turn(3)]
    assert fitted(messages, 130) == [head, late, *turn(3)]
    assert fitted(messages, 1) == [head, late, *turn(3)]


@pytest.mark.parametrize(
    ("said", "window", "asked"),
    [
        (
            "This model's maximum context length is 4,096 tokens. However, you requested 5000"
            " tokens (4000 in the messages, 1000 in the completion).",
            4096,
            5000,
        ),
        (
            "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
            4096,
            5000,
        ),
        ("prompt is too long: 210000 tokens > 200000 maximum", 200000, 210000),
        (
            "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768"
            " maximum context length",
            32768,
            40000,
        ),
        (
            "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and"
            " 100 `max_new_tokens`",
            4096,
            5000,
        ),
        (
            "The input token count (5000) exceeds the maximum number of tokens allowed (4096).",
            4096,
            0,
        ),
        (
            "Trying to keep the first 5000 tokens when context the overflows. However, the model"
            " is loaded with context length of only 4096 tokens",
            4096,
            0,
        ),
        ("Input is too long for requested model.", 0, 0),
    ],
)
def test_what_servers_say_of_their_window_is_read(said: str, window: int, asked: int) -> None:
    told = read_refusal(400, {"error": {"message": said}})
    assert told.is_too_long and (told.window, told.asked) == (window, asked)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"detail": [{"loc": ["body", "stream_options"], "msg": "no"}]}, "stream_options"),
        ({"message": "Unrecognized request argument supplied: stream_options"}, "stream_options"),
        ({"message": "no", "param": "temperature"}, "temperature"),
        ("registry.ollama.ai/library/gemma does not support tools", "tools"),
        ({"message": "Function calling is not enabled for this model"}, "tools"),
        ("No endpoints found that support tool use.", "tools"),
        ({"message": "max_tokens is too large"}, "max_tokens"),
        ({"message": "Bad request"}, ""),
    ],
)
def test_the_refused_field_is_read(body: object, field: str) -> None:
    sent = dict.fromkeys(("stream_options", "stream", "temperature", "tools", "max_tokens"))
    assert read_refusal(400, body).refused_field(sent) == field


def test_roles_are_put_in_turn() -> None:
    shape = Shape(no_system=True, in_turns=True)
    messages = [
        {"role": "system", "content": "Sell."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "One."},
        {"role": "user", "content": "Two."},
        {"role": "system", "content": "Be short."},
    ]
    assert shape.request({"messages": messages}, 0)["messages"] == [
        {"role": "user", "content": "Sell.\n\nBe short.\n\nHello."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "One.\n\nTwo."},
    ]
