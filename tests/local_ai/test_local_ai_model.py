"""A short conversation with the real model; skipped where the cache has none."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import psutil
import pytest
from offline_server import Server, start_server
from support.groups import starts_programs

from local_ai import machine
from local_ai.fetch import cache
from local_ai.settings import read

SYSTEM = {"role": "system", "content": "You are a friendly voice assistant."}
KEY: Any = {"prompt_cache_key": "one"}
LOAD_DEADLINE = 90.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def head(server: Server) -> dict[str, Any]:
    return dict(httpx.get(f"{server.url}/local", timeout=10).json()["head"])


def until_ready(server: Server) -> None:
    deadline = time.monotonic() + LOAD_DEADLINE
    while head(server)["state"] != "ready":
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.1)


@pytest.fixture(scope="module")
@starts_programs
def with_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = read()
    if (file := cache.whole("head", settings.cache)) is None or machine.unfit(settings):
        pytest.skip("the language model is not in LOCAL_AI_CACHE, or too big for this machine")
    log = tmp_path_factory.mktemp("model") / "log"
    running = start_server(log, LOCAL_LLM=str(file), LOCAL_LLM_SLOTS="1", LOCAL_LLM_CONTEXT="2048")
    until_ready(running)
    yield running
    running.stop()


@pytest.fixture
def asking(with_model: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=with_model.url, api_key="any", max_retries=0) as connected:
        yield connected


def said(client: openai.OpenAI, *messages: Any, **fields: Any) -> str:
    answer = client.chat.completions.create(
        model="x", messages=list(messages), extra_body=KEY, **fields
    )
    assert answer.model.startswith("qwen")
    return answer.choices[0].message.content or ""


def test_it_answers_remembers_and_counts(asking: openai.OpenAI) -> None:
    assert "Rome" in said(asking, SYSTEM, user("What is the capital of Italy?"), temperature=0)
    told = user("My name is Anna.")
    turns = [SYSTEM, told, {"role": "assistant", "content": "Nice to meet you."}]
    stream = asking.chat.completions.create(
        model="x",
        messages=[*turns, user("What is my name?")],
        stream=True,
        stream_options={"include_usage": True},
        extra_body=KEY,
    )
    chunks = list(stream)
    assert "Anna" in "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert chunks[-1].usage is not None
    assert 150 < chunks[-1].usage.prompt_tokens < 400


def test_json_keeps_to_the_schema(asking: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    text = said(asking, user("Anna is 7 years old."), response_format=wanted, temperature=0)
    assert "".join(text.split()) == '{"age":7}'


def test_a_tool_is_called_and_its_result_told(asking: openai.OpenAI) -> None:
    properties = {"city": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "required": ["city"]}
    weather = {"name": "get_weather", "description": "Gives a city's weather", "parameters": schema}
    tools: Any = [{"type": "function", "function": weather}]
    asked: Any = {"model": "x", "tools": tools, "temperature": 0, "extra_body": KEY}
    turns = [user("What is the weather in Rome?")]
    message = asking.chat.completions.create(messages=turns, **asked).choices[0].message
    assert message.tool_calls
    call: Any = message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("get_weather", '{"city": "Rome"}')
    result = {"role": "tool", "tool_call_id": call.id, "content": "sunny, 21 degrees"}
    turns = [*turns, message.model_dump(exclude_none=True), result]
    told = asking.chat.completions.create(messages=turns, **asked).choices[0].message.content
    assert "21" in (told or "")


def test_a_model_killed_in_mid_sentence_is_loaded_again(
    asking: openai.OpenAI, with_model: Server
) -> None:
    def worker() -> psutil.Process:
        found = [each for each in with_model.workers if "local_ai.head.worker" in each.cmdline()]
        return found[0]

    victim = worker()
    with pytest.raises(openai.APIError) as broken:
        for chunk in asking.chat.completions.create(
            model="x", messages=[user("Tell me a long story.")], stream=True, extra_body=KEY
        ):
            if chunk.choices and chunk.choices[0].delta.content:
                victim.kill()
    assert broken.value.code == "model_stopped"
    answer = asking.chat.completions.create(model="x", messages=[user("I like apples.")])
    assert answer.choices[0].message.content
    until_ready(with_model)
    assert worker().pid != victim.pid
