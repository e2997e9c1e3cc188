"""Tools in chat completions and responses, by the official client and a stand-in for the model."""

import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from fake_model import FakeChild, says
from heads import served

from local_ai.head.head import Head

pytestmark = pytest.mark.usefixtures("able")
WEATHER: Any = {
    "name": "get_weather",
    "description": "Gives the weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
TOOLS: Any = [{"type": "function", "function": WEATHER}]
FLAT: Any = [{"type": "function", **WEATHER}]
ASKED: Any = [{"role": "user", "content": "What is the weather in Rome?"}]
CALL = ("get_", 'weather: {"city"', ': "Rome"}')
SAYS = ("sa", "y: It ", "is ", "\u00e9t\u00e9.\n", "Fine.")


@pytest.fixture
async def served_head() -> AsyncIterator[tuple[openai.AsyncOpenAI, Head]]:
    async with served() as (http, head):
        client = openai.AsyncOpenAI(
            api_key="any", base_url=http.base_url, http_client=http, max_retries=0
        )
        yield client, head


def sent(head: Head) -> dict[str, Any]:
    """What the model was asked last."""
    child = head.process._child if head.process else None
    assert isinstance(child, FakeChild)
    return child.asked[-1]


async def test_a_call_is_told_and_rules_do_not_come_before_it(
    served_head: tuple[openai.AsyncOpenAI, Head],
) -> None:
    client, head = served_head
    FakeChild.script = says(*CALL)
    answer = await client.chat.completions.create(model="x", messages=ASKED, tools=TOOLS)
    choice = answer.choices[0]
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    assert choice.message.tool_calls
    call: Any = choice.message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "get_weather",
        {"city": "Rome"},
    )
    ways = sent(head)["grammar"].split("\n")
    assert ways[1] == 'start: "say: " WORDS | "get_weather: " a0'
    schema = json.loads(ways[3].removeprefix("a0: %json "))
    assert {key: schema[key] for key in WEATHER["parameters"]} == WEATHER["parameters"]
    assert "Gives the weather of a city" in sent(head)["messages"][0]["content"]


async def test_a_call_and_words_are_streamed(
    served_head: tuple[openai.AsyncOpenAI, Head],
) -> None:
    client, _ = served_head
    FakeChild.script = says(*CALL)
    async with client.chat.completions.stream(model="x", messages=ASKED, tools=TOOLS) as stream:
        final = await stream.get_final_completion()
    calls: Any = final.choices[0].message.tool_calls
    assert json.loads(calls[0].function.arguments) == {"city": "Rome"}

    FakeChild.script = says(*SAYS)
    asked: Any = {"model": "x", "messages": ASKED, "tools": TOOLS, "stream": True}
    chunks = [chunk async for chunk in await client.chat.completions.create(**asked)]
    words = [each.choices[0].delta.content for each in chunks if each.choices[0].delta.content]
    assert ("".join(words), words[-1]) == ("It is \u00e9t\u00e9.\nFine.", "Fine.")
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_what_a_tool_answered_reaches_the_model(
    served_head: tuple[openai.AsyncOpenAI, Head],
) -> None:
    client, head = served_head
    FakeChild.script = says(*SAYS)
    call = {"id": "c1", "type": "function"}
    called = {**call, "function": {"name": "get_weather", "arguments": '{"city": "Rome"}'}}
    history: Any = [
        *ASKED,
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "c1", "content": "21 degrees"},
    ]
    await client.chat.completions.create(model="x", messages=history, tools=TOOLS)
    roles = [each["role"] for each in sent(head)["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert sent(head)["messages"][2]["content"] == 'get_weather: {"city": "Rome"}'
    assert sent(head)["messages"][3]["content"].startswith("get_weather has answered: 21 degrees")


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "get_weather"}}]
)
async def test_a_call_that_has_to_be_is_the_only_answer(
    served_head: tuple[openai.AsyncOpenAI, Head], choice: Any
) -> None:
    client, head = served_head
    FakeChild.script = says(*CALL)
    await client.chat.completions.create(model="x", messages=ASKED, tools=TOOLS, tool_choice=choice)
    assert 'start: "get_weather: " a0' in sent(head)["grammar"]


async def test_a_call_that_was_cut_short_is_none(
    served_head: tuple[openai.AsyncOpenAI, Head],
) -> None:
    client, _ = served_head
    FakeChild.script = says(*CALL)
    answer = await client.chat.completions.create(
        model="x", messages=ASKED, tools=TOOLS, max_tokens=2
    )
    assert (answer.choices[0].finish_reason, answer.choices[0].message.content) == ("length", "")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tools": [{"type": "function", "function": {"name": "say"}}]}, "tools[0].function.name"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": TOOLS, "tool_choice": "always"}, "tool_choice"),
        ({"tools": TOOLS, "response_format": {"type": "json_object"}}, "response_format"),
        ({"logprobs": True}, "logprobs"),
    ],
)
async def test_what_is_wrong_with_tools_is_named(
    served_head: tuple[openai.AsyncOpenAI, Head], fields: Any, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await served_head[0].chat.completions.create(model="x", messages=ASKED, **fields)
    assert refused.value.param == param


async def test_responses_call_tools_and_take_their_results(
    served_head: tuple[openai.AsyncOpenAI, Head],
) -> None:
    client, head = served_head
    FakeChild.script = says(*CALL)
    asked: Any = {"model": "x", "input": "What is the weather in Rome?", "tools": FLAT}
    async with client.responses.stream(**asked) as stream:
        kinds = [event.type async for event in stream]
        response = await stream.get_final_response()
    assert "response.function_call_arguments.delta" in kinds
    call: Any = response.output[0]
    assert (call.name, json.loads(call.arguments)) == ("get_weather", {"city": "Rome"})
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens) == (40, 3)

    FakeChild.script = says(*SAYS)
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}
    told = {"role": "user", "content": [{"type": "input_text", "text": asked["input"]}]}
    asked["input"] = [told, call.model_dump(exclude_none=True), result]
    answer = await client.responses.create(**asked, instructions="You are a pirate.")
    assert answer.output_text == "It is \u00e9t\u00e9.\nFine."
    assert "You are a pirate." in sent(head)["messages"][0]["content"]
    assert "21 degrees" in sent(head)["messages"][-1]["content"]
