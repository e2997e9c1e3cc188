"""POST /v1/responses through the official client, answered by the script."""

from typing import Any

import openai
import pytest


def test_a_response_has_the_reply_and_its_usage(client: openai.OpenAI) -> None:
    answer = client.responses.create(
        model="x", input="i like green apples", instructions="Be nice.", metadata={"a": "b"}
    )
    assert answer.output_text.startswith("You said: i like green apples.")
    assert (answer.status, answer.model, answer.metadata) == ("completed", "scripted", {"a": "b"})
    assert answer.usage is not None
    assert answer.usage.output_tokens == len(answer.output_text.split())


def test_a_response_tells_what_was_asked_for_also_where_that_is_zero(client: openai.OpenAI) -> None:
    answer = client.responses.create(model="x", input="hello", temperature=0, top_p=0.0)
    assert (answer.temperature, answer.top_p) == (0, 0)
    answer = client.responses.create(model="x", input="hello")
    assert (answer.temperature, answer.top_p) == (1, 1)


def test_a_conversation_is_taken_as_a_list(client: openai.OpenAI) -> None:
    said: Any = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]},
        {"role": "user", "content": [{"type": "input_text", "text": "i like green apples"}]},
    ]
    assert "apples" in client.responses.create(model="x", input=said).output_text


def test_a_reply_that_is_cut_says_so(client: openai.OpenAI) -> None:
    answer = client.responses.create(model="x", input="tell me a story", max_output_tokens=4)
    assert (answer.status, answer.output_text) == ("incomplete", "Here is a story.")
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"


def test_events_grow_into_the_response(client: openai.OpenAI) -> None:
    with client.responses.stream(model="x", input="i like green apples") as stream:
        events = list(stream)
        final = stream.get_final_response()
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) > 5
    assert "".join(deltas) == final.output_text
    numbers = [
        event.sequence_number
        for event in client.responses.create(model="x", input="hello", stream=True)
    ]
    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": openai.omit}, "input"),
        ({"input": ["hi"]}, "input[0]"),
        ({"input": [{"role": "king", "content": "hi"}]}, "input[0].role"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        (
            {"text": {"format": {"type": "json_schema", "name": "a", "schema": {}}}},
            "text.format",
        ),
    ],
)
def test_the_wrong_field_is_named(client: openai.OpenAI, fields: Any, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(**{"model": "x", "input": "hi", **fields})
    assert refused.value.param == param
