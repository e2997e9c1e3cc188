"""A reply as it comes: from the script, by rule, or from the language model."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from local_ai.errors import ApiError
from local_ai.failures import ModelStopped
from local_ai.head.asked.question import Question
from local_ai.head.asked.tools import ToolCall
from local_ai.head.head import Head
from local_ai.head.history import Spoken, Window, callers_instructions, in_turns, tokens
from local_ai.head.identity import instructions
from local_ai.head.process import ModelProcess
from local_ai.head.repetition import ends_a_sentence, repeats
from local_ai.head.slots import Slot

Finish = Literal["stop", "length", "tool_calls"]
SPOKEN_TOKENS = 140
"""A spoken reply ends with the sentence in which it gets this long."""
MOST_TOKENS = 320
_JSON_TOKENS = 1024
_SAMPLING = {
    "temperature": 0.4,
    "top_p": 0.9,
    "top_k": 40,
    "min_p": 0.05,
    "repeat_penalty": 1.05,
    "repeat_last_n": 128,
    "dry_multiplier": 0.5,
    "dry_allowed_length": 4,
}
_SAMPLING_OF_JSON = {"temperature": 0.2, "top_p": 0.9, "min_p": 0.05}


@dataclass(frozen=True)
class Bound:
    """How a reply with tools has to be written: the `grammar`, and what the model is told of it."""

    grammar: str
    told: str


@dataclass
class Outcome:
    """How a reply ended, and how many tokens went in and came out of it."""

    finish: Finish = "stop"
    prompt_tokens: int = 0
    reply_tokens: int = 0


class Reply(Protocol):
    """What answers a question: `model` says who; `outcome` counts once the pieces are over."""

    model: str
    outcome: Outcome

    def pieces(self) -> AsyncGenerator[str | ToolCall]:
        """The words as they come, or a call; raises ModelStopped in the middle."""
        ...


@dataclass
class Fixed:
    """A reply that is known before: a script's or a rule's. It is counted in words."""

    model: str
    text: str
    longest: int | None
    prompt_tokens: int
    outcome: Outcome = field(default_factory=Outcome)

    async def pieces(self) -> AsyncGenerator[str | ToolCall]:
        """The words one by one, as many as may be said."""
        said = re.findall(r"\s*\S+", self.text)
        kept = said[: self.longest]
        finish: Finish = "length" if len(kept) < len(said) else "stop"
        self.outcome = Outcome(finish, self.prompt_tokens, len(kept))
        for word in kept:
            yield word


@dataclass
class Generated:
    """A reply of the language model, after `first`, which a rule has answered.

    `bound_by` is the field of the request that says which JSON is to be written.
    """

    model: str
    process: ModelProcess
    slot: Slot
    request: dict[str, Any]
    longest: int
    is_spoken: bool
    first: str = ""
    bound_by: str = "response_format"
    outcome: Outcome = field(default_factory=Outcome)

    async def pieces(self) -> AsyncGenerator[str | ToolCall]:
        """The model's words; ends a reply that is long or goes round in circles.

        Raises ModelStopped when its process dies, ApiError when the model does not take it.
        """
        said = ""
        if self.first:
            yield f"{self.first} "
        job = await self.slot.ask(self.process, self.request)
        async with aclosing(self.process.pieces(job)) as chunks:
            async for chunk in chunks:
                piece = self._read(chunk)
                if not piece:
                    continue
                said += piece
                self.outcome.reply_tokens += 1
                yield piece
                if self._is_enough(said):
                    return

    def _is_enough(self, said: str) -> bool:
        if self.outcome.reply_tokens >= self.longest:
            self.outcome.finish = "length"
            return True
        if not self.is_spoken:
            return False
        is_long = self.outcome.reply_tokens >= SPOKEN_TOKENS
        return (is_long and ends_a_sentence(said)) or repeats(said)

    def _read(self, chunk: dict[str, Any]) -> str:
        """The words of a piece of llama.cpp's answer; what else it tells is noted."""
        if "error" in chunk:
            raise _refused(chunk["error"], self.bound_by)
        if progress := chunk.get("prompt_progress"):
            self.outcome.prompt_tokens = progress["total"]
        if usage := chunk.get("usage"):
            self.outcome.prompt_tokens = usage["prompt_tokens"]
            self.outcome.reply_tokens = usage["completion_tokens"]
        for choice in chunk.get("choices", ()):
            if choice.get("finish_reason") == "length":
                self.outcome.finish = "length"
            return str(choice["delta"].get("content") or "")
        return ""


def generated(
    head: Head, slot: Slot, question: Question, said: Sequence[Spoken], bound: Bound | None = None
) -> Generated:
    """Returns the model's reply to what was said; raises ApiError when it can never fit."""
    assert head.process is not None
    is_spoken = question.format is None and bound is None
    most = MOST_TOKENS if is_spoken else _JSON_TOKENS
    longest = min(question.longest or most, most, head.context // 2)
    system = _system(head, question.messages, bound.told if bound else "", is_spoken)
    budget = head.context - longest - tokens([system])
    window = None if question.is_kept_whole else slot.window
    shown = shown_to_model(system, said, window, budget)
    request = {**request_of(shown, longest), **_sampled(question, bound)}
    return Generated(head.id, head.process, slot, request, longest, is_spoken)


def warming(
    head: Head, slot: Slot, messages: Sequence[Spoken], told_of_tools: str = ""
) -> dict[str, Any]:
    """Returns the request that has the model read a session's beginning, and say nothing.

    `messages` are as the model has to write them, `told_of_tools` what it is told of its tools.
    """
    system = _system(head, messages, told_of_tools, is_spoken=not told_of_tools)
    longest = _JSON_TOKENS if told_of_tools else MOST_TOKENS
    budget = head.context - longest - tokens([system])
    return request_of(shown_to_model(system, in_turns(messages), slot.window, budget), longest=1)


def _system(head: Head, messages: Sequence[Spoken], more: str, is_spoken: bool) -> Spoken:
    """What the model is told before all else; the same for what is read ahead and what is asked."""
    told = [instructions(head.model, callers_instructions(messages), is_spoken), more]
    return Spoken("system", "\n\n".join(filter(None, told)))


def shown_to_model(
    system: Spoken, said: Sequence[Spoken], window: Window | None, budget: int
) -> list[dict[str, str]]:
    """Returns the instructions and the turns that fit, as messages; raises ApiError.

    Without a window all turns have to fit.
    """
    kept = window.of(list(said), budget) if window else list(said)
    if tokens(kept) > budget:
        what = "last message" if window else "messages"
        message = f"The instructions and the {what} are longer than the model's context."
        raise ApiError(400, message, param="messages", code="context_length_exceeded")
    return [message.as_message() for message in (system, *kept)]


def request_of(messages: list[dict[str, str]], longest: int) -> dict[str, Any]:
    """Returns a request to llama.cpp's server; which tells how far it is and can be stopped."""
    return {
        "messages": messages,
        "max_tokens": longest,
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
        "cache_prompt": True,
        "chat_template_kwargs": {"enable_thinking": False},
    }


def _sampled(question: Question, bound: Bound | None) -> dict[str, Any]:
    is_free = question.format is None and bound is None
    fields = {**(_SAMPLING if is_free else _SAMPLING_OF_JSON), **question.sampling}
    if question.stop:
        fields["stop"] = list(question.stop)
    if question.format is not None:
        fields["response_format"] = question.format
    if bound is not None:
        fields["grammar"] = bound.grammar
    return fields


def _refused(error: dict[str, Any], bound_by: str) -> Exception:
    if error.get("type") == "exceed_context_size_error":
        message = "The conversation is longer than the model's context."
        return ApiError(400, message, param="messages", code="context_length_exceeded")
    if error.get("code") == 400:
        message = f"The model does not take this request: {error.get('message', '')}"
        return ApiError(400, message, param=bound_by)
    return ModelStopped()


@dataclass
class Revised:
    """A reply of the model that is read on its way; who wrote it and how it ended stay the same."""

    written: Generated
    model: str = field(init=False)
    outcome: Outcome = field(init=False)

    def __post_init__(self) -> None:
        self.model, self.outcome = self.written.model, self.written.outcome
