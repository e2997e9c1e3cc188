"""A person who asks while something is broken, and what they are told."""

from __future__ import annotations

import asyncio

from fakes.openai_api import OpenAIStandIn
from support.limits import in_time
from support.person import Person
from support.speech import line
from support.waiting import until_async

from agent.listeners.test_turns import greeted

PATIENCE = 8.0
QUESTION = "What can you do for me?"
"""What is spoken; what is heard is the stand-in's transcript."""


async def ask(ada: Person) -> float:
    """Says one line, and returns when it was over."""
    return await ada.say(line(QUESTION))


async def until_told(ada: Person, since: float, seconds: float = 20.0) -> float:
    """Seconds from `since` until the first reply sample or error event."""

    def told() -> float | None:
        errors = [m["received"] for m in ada.events("error") if m["received"] > since]
        return min([*errors, ada.hears_since(since) or float("inf")], default=None)

    first = await until_async(
        lambda: (told() or float("inf")) < float("inf"), seconds=seconds, what="a reply or an error"
    )
    assert first
    return (told() or 0) - since


CODES = {
    "refuse_401": {"refused"},
    "limit_429": {"limited"},
    "error_500": {"failed"},
    "hang": {"slow"},
}
WATCHED = {"reply_slow", "not_understood"}
"""Codes of the watch over the whole turn, which speaks where a server says nothing at all."""


async def named_in_time(
    openai_api: OpenAIStandIn, service: str, fault: str, *people: Person
) -> None:
    """People who talk at the same time, each with an agent of their own, while a service fails."""
    await asyncio.gather(*(greeted(somebody) for somebody in people))
    openai_api.set_fault(service, fault)  # type: ignore[arg-type]
    await asyncio.gather(*(told_in_time(somebody, service, fault) for somebody in people))


async def told_in_time(somebody: Person, service: str, fault: str) -> None:
    """They ask, and read or hear in time what is the matter."""
    spoken = await ask(somebody)
    assert in_time(await until_told(somebody, spoken), PATIENCE)
    errors = await until_async(lambda: somebody.events("error"), what="an error event")
    codes = {f"{service}_{trouble}" for trouble in CODES[fault]}
    assert errors[0]["code"] in codes | (WATCHED if service == "stt" or fault == "hang" else set())
    assert errors[0]["fatal"] is False
    assert errors[0]["message"].endswith(".")


def news(ada: Person, count: int) -> bool:
    """Whether an error or the end came after the first `count` messages."""
    return any(m.get("event") in ("error", "session_ended") for m in ada.messages[count:])
