"""The language model in the server, with a stand-in for its process."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fake_model import FakeChild, dies, says, waits
from heads import ID, served, until

from local_ai.head.head import Head

pytestmark = pytest.mark.usefixtures("able")
SYSTEM = {"role": "system", "content": "You are a friendly voice assistant."}
GREETING = {"role": "assistant", "content": "Hello. I am your voice agent."}


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


class Client:
    """Asks the server without a network."""

    def __init__(self, http: httpx.AsyncClient, head: Head) -> None:
        self.http = http
        self.head = head

    @property
    def child(self) -> FakeChild:
        child = self.head.process._child if self.head.process else None
        assert isinstance(child, FakeChild)
        return child

    async def begin(self, key: str) -> dict[str, str]:
        body = {"key": key, "messages": [SYSTEM, GREETING]}
        answer = await self.http.post("/local/sessions", json=body)
        assert answer.status_code == 200
        return dict(answer.json())

    async def ask(self, *messages: dict[str, str], **fields: Any) -> httpx.Response:
        body = {"model": "x", "messages": messages, **fields}
        return await self.http.post("/chat/completions", json=body)

    async def said(self, *messages: dict[str, str], **fields: Any) -> tuple[str, str]:
        """Who answered, and what."""
        answer = (await self.ask(*messages, **fields)).json()
        return answer["model"], answer["choices"][0]["message"]["content"]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served() as (http, head):
        yield Client(http, head)


async def test_the_model_answers_with_its_own_counts(client: Client) -> None:
    answer = (await client.ask(SYSTEM, user("What is the capital of Italy?"))).json()
    assert answer["model"] == ID
    assert answer["choices"][0]["message"]["content"] == "Rome."
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"] == {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42}
    system = client.child.asked[0]["messages"][0]["content"]
    assert "You are Qwen2.5 Coder" in system
    assert system.endswith(SYSTEM["content"])


async def test_the_model_greets_when_it_is_told_to_and_nobody_has_spoken(client: Client) -> None:
    wish = "The conversation begins. Greet the person in one or two short sentences: offer soup."
    model, said = await client.said(SYSTEM, {"role": "system", "content": wish})
    assert model == ID and said
    system, *others = client.child.asked[0]["messages"]
    assert system["content"].endswith(f"{SYSTEM['content']}\n\n{wish}")
    assert [each["role"] for each in others] == ["user"], "no template goes without one"


async def test_rules_come_before_the_model_and_what_is_left_after_them(client: Client) -> None:
    model, said = await client.said(SYSTEM, user("What is the weather like today?"))
    assert (model, said[:31]) == (ID, "I cannot tell you the weather: ")
    assert client.child.asked == []
    _, said = await client.said(user("Will it rain? And what is the capital of Italy?"))
    assert said.startswith("I cannot tell you the weather")
    assert said.endswith("Rome.")
    assert client.child.asked[0]["messages"][-1] == user("And what is the capital of Italy?")


async def test_sessions_have_a_slot_each_and_those_beyond_the_script(client: Client) -> None:
    begun = [await client.begin(key) for key in "abc"]
    no_slot = {"head": "script", "reason": "no_free_slot"}
    assert begun == [{"head": "model", "reason": ""}] * 2 + [no_slot]
    await until(lambda: len(client.child.asked) == 2)
    assert [each["max_tokens"] for each in client.child.asked] == [1, 1]
    assert [each["id_slot"] for each in client.child.asked] == [0, 1]

    question = user("What is the capital of Italy?")
    for key, slot in (("b", 1), ("a", 0)):
        assert (await client.said(SYSTEM, question, prompt_cache_key=key))[0] == ID
        assert client.child.asked[-1]["id_slot"] == slot
    for key in ("c", "unknown", None):
        assert (await client.said(SYSTEM, question, prompt_cache_key=key))[0] == "scripted"

    assert (await client.http.delete("/local/sessions/a")).status_code == 204
    assert (await client.said(question, prompt_cache_key="c"))[0] == "scripted", "it keeps it"
    assert (await client.said(question, prompt_cache_key="d"))[0] == ID
    state = (await client.http.get("/local")).json()["head"]
    assert (state["state"], state["slots"], state["free_slots"]) == ("ready", 2, 0)


async def test_a_question_without_a_session_gives_its_slot_back(client: Client) -> None:
    for stream in (False, True, False):
        await client.ask(user("What is the capital of Italy?"), stream=stream)
        assert client.head.slots.free == 2
    assert (await client.ask(user("hi"), stream=False)).status_code == 200


async def test_a_slot_that_was_unused_for_long_is_taken_back(client: Client) -> None:
    for key in "ab":
        await client.begin(key)
    client.head.slots.all[1].used_at -= 10_000
    assert await client.begin("c") == {"head": "model", "reason": ""}
    assert [slot.key for slot in client.head.slots.all] == ["a", "c"]


async def test_a_model_that_dies_in_mid_sentence(client: Client) -> None:
    FakeChild.script = dies
    answer = await client.ask(SYSTEM, user("Tell me a long tale."), stream=True)
    lines = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
    assert lines[1]["choices"][0]["delta"]["content"] == "Once upon"
    assert lines[-1]["error"]["code"] == "model_stopped"
    assert "[DONE]" not in answer.text
    assert (await client.said(user("I like apples")))[0] == "scripted", "until it is loaded again"
    await until(lambda: client.head.is_ready)
    whole = await client.ask(SYSTEM, user("Tell me a long tale."))
    assert (whole.status_code, whole.json()["error"]["code"]) == (503, "model_stopped")

    FakeChild.script = says("Rome", ".")
    await until(lambda: client.head.is_ready)
    assert (await client.said(user("What is the capital of Italy?")))[0] == ID
    client.child.die()
    assert (await client.said(user("What is the capital of Italy?")))[0] == "scripted"
    assert client.head.status.state == "failed", "it is not tried for ever"
    assert client.head.status.reason == "died"


async def test_a_client_that_hangs_up_stops_the_model(client: Client) -> None:
    FakeChild.script = waits
    asking = asyncio.create_task(client.ask(user("Tell me a long tale."), prompt_cache_key="a"))
    await until(lambda: len(client.child.asked) == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until(lambda: client.child.cancelled == [1])
    FakeChild.script = says("Rome", ".")
    assert (await client.said(user("What is the capital?"), prompt_cache_key="a"))[1] == "Rome."


async def test_what_was_said_so_far_is_read_unless_the_slot_answers(client: Client) -> None:
    FakeChild.script = waits
    for count in (1, 2):
        await client.begin("a")
        await until(lambda: len(client.child.asked) == count)  # noqa: B023 - awaited here
    FakeChild.script = says("Rome", ".")
    await client.begin("a")
    await until(lambda: len(client.child.asked) == 3)
    FakeChild.script = waits
    asking = asyncio.create_task(client.ask(user("A long tale."), prompt_cache_key="a"))
    await until(lambda: len(client.child.asked) == 4)
    await client.begin("a")
    assert client.child.asked[-1]["messages"][-1] == user("A long tale.")
    assert not asking.done()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    FakeChild.script = says("Rome", ".")
    question = user("What is the capital?")
    assert (await client.said(question, prompt_cache_key="a"))[1] == "Rome."
    assert [each["max_tokens"] == 1 for each in client.child.asked] == [True] * 3 + [False] * 2


async def test_a_reply_is_neither_endless_nor_goes_round_in_circles(client: Client) -> None:
    FakeChild.script = says(*(["very "] * 1000))
    _, said = await client.said(user("Say very for ever."))
    assert said.count("very") < 20

    words = [f"word{at}{'. ' if at % 10 == 9 else ' '}" for at in range(1000)]
    FakeChild.script = says(*words)
    answer = (await client.ask(user("Tell me a long tale."))).json()["choices"][0]
    assert answer["finish_reason"] == "stop"
    assert answer["message"]["content"].endswith("word139. ")
    cut = (await client.ask(user("Tell me a long tale."), max_tokens=5)).json()
    assert cut["choices"][0]["finish_reason"] == "length"
    assert cut["choices"][0]["message"]["content"].split() == [f"word{at}" for at in range(5)]


async def test_json_goes_to_the_model_with_its_schema(client: Client) -> None:
    schema = {"type": "object", "properties": {"age": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    FakeChild.script = says('{"age": ', "7}")
    _, said = await client.said(user("What time is it?"), response_format=wanted)
    assert json.loads(said) == {"age": 7}
    assert client.child.asked[0]["response_format"]["json_schema"]["schema"] == schema

    for key in "ab":
        await client.begin(key)
    refused = await client.ask(user("hi"), response_format=wanted)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "response_format")
    _, said = await client.said(user("hi"), response_format={"type": "json_object"})
    assert "reply" in json.loads(said)


async def test_a_conversation_that_does_not_fit(client: Client) -> None:
    turns = [
        each
        for at in range(300)
        for each in (user(f"Turn {at} is about trees and gardens."), GREETING)
    ]
    await client.said(SYSTEM, *turns, user("And what now?"), prompt_cache_key="a")
    kept = client.child.asked[-1]["messages"]
    assert kept[0]["content"].endswith(SYSTEM["content"])
    assert kept[1]["role"] == "user"
    assert kept[-1]["content"] == "And what now?"
    await client.said(SYSTEM, *turns, user("And what now?"), GREETING, user("Go on then with it."),
                      prompt_cache_key="a")  # fmt: skip
    assert client.child.asked[-1]["messages"][: len(kept)] == kept, "what was read stays read"

    refused = await client.ask(user("x y " * 20_000))
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "context_length_exceeded"
