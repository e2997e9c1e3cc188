"""Habits of servers that think of replies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from ..state import Request

Habit = Callable[[HttpRequest, Request, Callable[[], Response]], Awaitable[Response]]
Body = dict[str, Any]
"""A request's JSON."""
REPLY = "Here is my answer."
WORD_SECONDS = 0.01
WINDOW = 300
"""Tokens that the small model reads, about four letters each."""


def deltas(*found: Body, ending: str | None = "stop", done: bool = True) -> list[bytes]:
    """The events of a streamed reply with these deltas."""
    choices: list[Body] = [{"index": 0, "delta": each, "finish_reason": None} for each in found]
    if ending:
        choices.append({"index": 0, "delta": {}, "finish_reason": ending})
    events = [event({"id": "chatcmpl-x", "choices": [choice]}) for choice in choices]
    return [*events, b"data: [DONE]\n\n"] if done else events


def event(payload: Any) -> bytes:
    """One event of a stream."""
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def words(*texts: str, ending: str | None = "stop") -> list[bytes]:
    """The events of a streamed reply with these pieces of text."""
    return deltas(*({"content": text} for text in texts), ending=ending)


def streams(events: Iterable[bytes]) -> Habit:
    """A habit that streams the same events each time."""
    pieces = list(events)

    async def habit(_http: HttpRequest, _asked: Request, _make: Callable[[], Response]) -> Response:
        return StreamingResponse(_slowly(pieces), media_type="text/event-stream")

    return habit


def says(text: str) -> Habit:
    """A habit that streams this text a word at a time."""
    first, *others = text.split(" ")
    return streams(words(first, *(f" {word}" for word in others)))


def answers(response: Callable[[], Response]) -> Habit:
    """A habit that gives one answer whatever is asked."""

    async def habit(_http: HttpRequest, _asked: Request, _make: Callable[[], Response]) -> Response:
        return response()

    return habit


def goes_on(text: str, a_second: float) -> Habit:
    """A habit that says the same for ever, so often a second."""

    async def habit(_http: HttpRequest, _asked: Request, _make: Callable[[], Response]) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                yield event({"choices": [{"index": 0, "delta": {"content": text}}]})
                await asyncio.sleep(1 / a_second)

        return StreamingResponse(pieces(), media_type="text/event-stream")

    return habit


def refuses(when: Callable[[Body], bool], message: str, status: int = 400, **details: Any) -> Habit:
    """A habit that refuses some requests and answers the others as usual."""

    async def habit(http: HttpRequest, _asked: Request, make: Callable[[], Response]) -> Response:
        body = json.loads(await http.body())
        if when(body):
            return JSONResponse({"error": {"message": message, **details}}, status)
        return make()

    return habit


def roles(body: Body) -> list[str]:
    """The roles of a request's messages."""
    return [each["role"] for each in body["messages"]]


def not_in_turns(body: Body) -> bool:
    """Whether the roles are not the person's and the model's in turn, after the instructions."""
    found = roles(body)[1:] if roles(body)[0] == "system" else roles(body)
    return found != ["user", "assistant"] * (len(found) // 2) + ["user"] * (len(found) % 2)


def has_system(body: Body) -> bool:
    """Whether there are instructions in a role of their own."""
    return "system" in roles(body)


def size(body: Body) -> int:
    """About how many tokens the messages are."""
    return sum(len(str(each["content"])) for each in body["messages"]) // 4


def is_too_long(body: Body) -> bool:
    """Whether the small model cannot read it."""
    return size(body) > WINDOW


async def _echoes(http: HttpRequest, _asked: Request, _make: Callable[[], Response]) -> Response:
    said = (await http.body()).decode()
    return JSONResponse({"error": {"message": f"Bad request: {said}", "param": said}}, 400)


async def _openai_window(
    http: HttpRequest, _asked: Request, make: Callable[[], Response]
) -> Response:
    body = json.loads(await http.body())
    if not is_too_long(body):
        return make()
    message = (
        f"This model's maximum context length is {WINDOW} tokens. However, your messages resulted"
        f" in {size(body)} tokens. Please reduce the length of the messages."
    )
    code = "context_length_exceeded"
    return JSONResponse({"error": {"message": message, "code": code, "param": "messages"}}, 400)


async def _llama_window(
    http: HttpRequest, _asked: Request, make: Callable[[], Response]
) -> Response:
    body = json.loads(await http.body())
    if not is_too_long(body):
        return make()
    error = {
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": size(body),
        "n_ctx": WINDOW,
    }
    return JSONResponse({"error": error}, 400)


async def _window_in_stream(
    http: HttpRequest, asked: Request, make: Callable[[], Response]
) -> Response:
    answer = await _openai_window(http, asked, make)
    if answer.status_code == 200:
        return answer
    return StreamingResponse(_slowly([event(json.loads(answer.body))]))


async def _thinking_for_ever(
    _http: HttpRequest, _asked: Request, _make: Callable[[], Response]
) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield event({"choices": [{"delta": {"reasoning_content": "Hmm."}}]})
            await asyncio.sleep(WORD_SECONDS)

    return StreamingResponse(pieces(), media_type="text/event-stream")


async def _whole(_http: HttpRequest, asked: Request, make: Callable[[], Response]) -> Response:
    answer = make()
    assert isinstance(answer, StreamingResponse)
    text = ""
    async for piece in answer.body_iterator:
        for line in bytes(piece).decode().splitlines():  # type: ignore[arg-type]
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                text += choices[0]["delta"].get("content", "") if choices else ""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return JSONResponse({"object": "chat.completion", "model": asked.model, "choices": [choice]})


async def _dropped(_http: HttpRequest, _asked: Request, _make: Callable[[], Response]) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in words("Here it is.", " And", " more", ending=None)[:3]:
            yield piece
        await asyncio.sleep(0.05)
        raise ConnectionResetError

    return StreamingResponse(pieces(), media_type="text/event-stream")


async def _slowly(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(WORD_SECONDS)


def _tool_call(name: str) -> Body:
    function = {"name": name, "arguments": '{"place": "here"}'}
    return {"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": function}]}


def _error(**fields: Any) -> list[bytes]:
    return [event({"error": {"message": "It broke while saying: secret words.", **fields}})]


CALL = '{"name": "get_secret", "arguments": {"place": "here"}}'
PLAN = "Okay, secret plan: greet them well."
TRAILING = [b'data:{"choices":[{"delta":{"content":"Here is"}}]}\n', b"\n: ping\n\n"]
TRAILING += [b'data:{"choices":[{"delta":{"content":" my answer."}}]}\n', b"data:[DONE]\n"]

HABITS: Mapping[str, Habit] = {
    # Answers with nothing in them
    "empty": streams(words()),
    "no_body": answers(lambda: Response(b"", media_type="text/event-stream")),
    "blanks": streams(words("\n", "  ", "\u200b\n")),
    "only_reasoning": streams(deltas({"reasoning_content": PLAN}, {"reasoning": PLAN})),
    "only_think": says(f"<think>{PLAN}</think>"),
    "filtered": streams(words(ending="content_filter")),
    "filtered_midway": streams(words("Here it is.", " And", " more", ending="content_filter")),
    "out_of_tokens": streams(deltas({"reasoning_content": PLAN}, ending="length")),
    "unoffered_tool": streams(deltas(_tool_call("get_secret"), ending="tool_calls")),
    # Answers of another kind
    "html": answers(lambda: HTMLResponse("<!DOCTYPE html><html>Sign in.</html>")),
    "plain_text": answers(lambda: PlainTextResponse("upstream says secret words")),
    "other_json": answers(lambda: JSONResponse({"transcript": "secret words"})),
    "whole_json": _whole,
    "redirect": answers(lambda: RedirectResponse("http://127.0.0.2:9/v1/elsewhere")),
    "trailing": streams(TRAILING),
    "comments": streams([b": PROCESSING\n\n", b"data: null\n\n", *words(REPLY)]),
    "empty_choices": streams([event({"choices": []}), *words(REPLY)]),
    "content_parts": streams(deltas({"content": [{"type": "output_text", "output_text": REPLY}]})),
    "page_midway": streams([*words("Here it is.", " And", " more")[:3], b"<html>502</html>\n\n"]),
    "no_done": streams(deltas({"content": REPLY}, ending=None, done=False)),
    "error_in_stream": streams(_error(code=500, type="server_error")),
    "limited_in_stream": streams(_error(code="rate_limit_exceeded")),
    "error_as_text": answers(lambda: JSONResponse({"error": "model not loaded: secret words"})),
    "error_midway": streams(
        [*words("Here it is.", " And", " more", ending=None)[:3], *_error(code=500)]
    ),
    "dropped": _dropped,
    "echoing_400": answers(
        lambda: JSONResponse({"error": {"message": "Bad request: secret words"}}, 400)
    ),
    "echoes": _echoes,
    "loading": answers(
        lambda: JSONResponse({"error": {"message": "Loading", "type": "unavailable_error"}}, 503)
    ),
    "no_credit": answers(
        lambda: JSONResponse({"error": {"message": "Pay.", "code": "insufficient_quota"}}, 429)
    ),
    # Replies without an end
    "very": goes_on("very ", 30),
    "i_see": goes_on("I see. ", 30),
    "counting": goes_on("One more, two more, and three more of the many; ", 200),
    "thinking_for_ever": _thinking_for_ever,
    # What is no speech
    "think": says(f"<think>{PLAN}</think> {REPLY}"),
    "thinking": says(f"<thinking>\n{PLAN}\n</thinking>\n\n{REPLY}"),
    "lone_close": says(f"{PLAN}\n</think>\n\n{REPLY}"),
    "reasoning_beside": streams(deltas({"reasoning_content": PLAN}, {"content": REPLY})),
    "harmony": says(
        f"<|channel|>analysis<|message|>{PLAN}<|end|><|start|>assistant"
        f"<|channel|>final<|message|>{REPLY}<|return|>"
    ),
    "im_end": says(f"{REPLY}<|im_end|>\n<|im_start|>user\nsecret words"),
    "tool_call_text": says(f"{REPLY} <tool_call>{CALL}</tool_call>"),
    "tool_call_json": says(f"{REPLY}\n```json\n{CALL}\n```"),
    "tool_calls_mistral": says(f"{REPLY} [TOOL_CALLS] [{CALL}]"),
    "run_on": says(f"{REPLY}\n\nHuman: secret words"),
    "only_tool_call_text": says(f"<tool_call>{CALL}</tool_call>"),
    "unoffered_tool_beside": streams(deltas({"content": REPLY}, _tool_call("get_secret"))),
    "emoji": streams(words("👍")),
    "split_emoji": streams(words("Fine \ud83d", "\ude00 ", "and well.")),
    # Requests that are refused
    "roles_in_turn": refuses(
        not_in_turns, "Conversation roles must alternate user/assistant/user/assistant/...", 500
    ),
    "no_system": refuses(has_system, "System role not supported"),
    "no_system_in_turn": refuses(
        lambda body: has_system(body) or not_in_turns(body),
        "Only user and assistant roles are supported, and they must alternate.",
    ),
    "no_stream_options": refuses(
        lambda body: "stream_options" in body,
        "Extra inputs are not permitted",
        422,
        param="stream_options",
    ),
    "no_max_tokens": refuses(
        lambda body: "max_tokens" in body,
        "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    ),
    "no_temperature": refuses(
        lambda body: "temperature" in body,
        "Unsupported value: 'temperature' does not support 0.3 with this model.",
        param="temperature",
        code="unsupported_value",
    ),
    "no_limits": refuses(
        lambda body: bool({"max_tokens", "max_completion_tokens"} & set(body)),
        "max_tokens and max_completion_tokens are unknown fields",
    ),
    "no_tools": refuses(lambda body: "tools" in body, "This model does not support tools"),
    "no_stream": refuses(lambda body: "stream" in body, "Streaming is not supported"),
    "plain_only": refuses(
        lambda body: set(body) - {"model", "messages", "stream"} or has_system(body), "Bad request"
    ),
    # Windows that a conversation outgrows
    "openai_window": _openai_window,
    "llama_window": _llama_window,
    "window_in_stream": _window_in_stream,
    "untold_window": refuses(is_too_long, "Input is too long for requested model."),
}
