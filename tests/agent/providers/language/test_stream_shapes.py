"""Streams of language servers that put their words, pings and ends otherwise than OpenAI."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.chat.answers import payloads
from agent_manager.providers.openai.chat.deltas import Delta, read
from agent_manager.providers.openai.chat.reply import Reply
from fakes.openai_api.habits.llm import PLAN, REPLY, deltas, event, words

DONE = b"data: [DONE]\n\n"


async def reply_of(pieces: Sequence[bytes], *tools: str) -> tuple[str, str | None, list[str]]:
    """What is said of a stream, what was wrong with it, and the arguments of calls."""

    async def sent() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    reply, chunks = Reply(tools, "a_sentence"), []
    async for payload in payloads(sent()):
        delta = read(payload)
        assert isinstance(delta, Delta)
        chunks += reply.take(delta)
    chunks += reply.end()
    found = [chunk.delta for chunk in chunks if chunk.delta]
    calls = [call.arguments for delta in found for call in delta.tool_calls]
    return "".join(delta.content or "" for delta in found), reply.fault(), calls


def content(value: Any) -> list[bytes]:
    return deltas({"content": value})


def with_ends(ends: bytes) -> list[bytes]:
    """The usual stream with other ends of lines, a byte at a time."""
    whole = b"".join(words(REPLY)).replace(b"\n", ends)
    return [whole[at : at + 1] for at in range(len(whole))]


@pytest.mark.parametrize(
    "pieces",
    [
        with_ends(b"\r\n"),
        with_ends(b"\r"),
        [b"data: null\n\n", *words(REPLY)],
        [b": OPENROUTER PROCESSING\n\n", *words(REPLY)],
        [b'event: ping\ndata: {"type": "ping"}\n\n', *words(REPLY)],
        [*words(REPLY)[:1], b'data: "[DONE]"\n\n'],
        [*words(REPLY)[:1], b"data:[done]\n\n"],
        [event({"choices": []}), event({"choices": [None]}), *words(REPLY)],
        content([{"type": "output_text", "output_text": REPLY}]),
        content([{"type": "text", "text": {"value": REPLY}}]),
        content([REPLY]),
        content({"type": "text", "text": REPLY}),
        [event({"choices": [{"index": 0, "delta": REPLY}]}), DONE],
    ],
)
async def test_the_words_are_found_wherever_they_are(pieces: list[bytes]) -> None:
    assert await reply_of(pieces) == (REPLY, None, [])


@pytest.mark.parametrize(
    "text",
    [
        f"{REPLY}\n\nHuman: secret words",
        f"{REPLY}\nUser: secret words\nAssistant: more secret words",
        f"{REPLY}\n\n### Instruction:\nsecret words",
        f"Assistant: {REPLY}",
        f"**Assistant:** {REPLY}",
        f"<answer>{REPLY}</answer>",
        f"<|start_of_role|>assistant<|end_of_role|>{REPLY}<|end_of_text|>",
        f"{REPLY}<|start_of_role|>user<|end_of_role|>secret words",
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
async def test_labels_of_turns_and_whose_they_are_is_not_said(text: str, size: int) -> None:
    pieces = words(*(text[at : at + size] for at in range(0, len(text), size)))
    said, fault, _ = await reply_of(pieces)
    assert (said.strip(), fault) == (REPLY, None)


@pytest.mark.parametrize(
    "text", ["Dear users:\nUsers: many.", "# A head\n## Human beings\nThey are.", "H\nU\n#\n"]
)
async def test_what_only_looks_like_a_label_is_said(text: str) -> None:
    assert (await reply_of(words(*text)))[0] == text


@pytest.mark.parametrize("name", ["reasoning_text", "thought", "thinking_content"])
async def test_reasoning_alone_is_told_as_such(name: str) -> None:
    assert (await reply_of(deltas({name: PLAN})))[:2] == ("", "only_thought")


async def test_a_part_that_is_a_thought_is_not_said() -> None:
    parts = [{"text": PLAN, "thought": True}, {"text": REPLY}]
    assert (await reply_of(content(parts)))[:2] == (REPLY, None)


async def test_a_call_s_arguments_are_mended_as_a_whole() -> None:
    halves = [{"arguments": '{"a": "\ud83d'}, {"arguments": '\ude00\udc00"}'}]
    first = {"index": 0, "id": "c1", "function": {"name": "look", **halves[0]}}
    calls = [{"tool_calls": [first]}, {"tool_calls": [{"index": 0, "function": halves[1]}]}]
    assert (await reply_of(deltas(*calls), "look"))[2] == ['{"a": "😀"}']


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"data: " + b"[" * 100_000, "wrong_answer"),
        (b'data: {"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "wrong_answer"),
        (b"<html>502 Bad Gateway</html>", "web_page"),
        (json.dumps("no object").encode().join([b"data: ", b""]), "wrong_answer"),
    ],
)
async def test_what_is_no_event_is_an_error_in_the_middle_too(line: bytes, reason: str) -> None:
    with pytest.raises(ServiceError) as found:
        await reply_of([words("Here ")[0], line + b"\n\n"])
    assert found.value.reason == reason
