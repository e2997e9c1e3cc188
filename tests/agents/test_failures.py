"""Speech and language servers that are down, slow or refuse: the person hears or reads of it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend, backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from .test_turns import WORDS, greeted

PATIENCE = 8.0


async def ask(ada: Person) -> float:
    """Says one line, and returns when it was over."""
    return await ada.say(line(WORDS))


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


@pytest.mark.parametrize("fault", list(CODES))
@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
async def test_a_failing_service_is_named_within_eight_seconds(
    ada: Person, openai_api: OpenAIStandIn, stage: str, fault: str
) -> None:
    await named_in_time(ada, openai_api, stage, fault)


@pytest.mark.parametrize("fault", list(CODES))
async def test_failing_batch_recognition_is_named_within_eight_seconds(
    bert: Person, openai_api: OpenAIStandIn, fault: str
) -> None:
    await named_in_time(bert, openai_api, "stt", fault)


async def named_in_time(
    somebody: Person, openai_api: OpenAIStandIn, stage: str, fault: str
) -> None:
    await greeted(somebody)
    openai_api.set_fault(stage, fault)  # type: ignore[arg-type]
    spoken = await ask(somebody)
    assert await until_told(somebody, spoken) <= PATIENCE
    errors = await until_async(lambda: somebody.events("error"), what="an error event")
    codes = {f"{stage}_{kind}" for kind in CODES[fault]}
    assert errors[0]["code"] in codes | (WATCHED if stage == "stt" or fault == "hang" else set())
    assert errors[0]["fatal"] is False
    assert errors[0]["message"].endswith(".")


@pytest.fixture(scope="module")
def batch(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    with backend(
        media,
        OPENAI_API_KEY="sk-x",
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING="Hello. I am here.",
        STT_STREAMING="off",
        MAX_SESSIONS_PER_VISITOR="8",
    ) as running:
        yield running


@pytest.fixture
async def bert(batch: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    """A person whose backend transcribes utterance by utterance."""
    openai_api.clear()
    async with person(batch, f"batch-{secrets.token_hex(3)}", "bert") as somebody:
        yield somebody


async def test_batch_recognition_answers_too(bert: Person) -> None:
    await greeted(bert)
    await ask(bert)
    assert (await bert.until_final("user", 1))["text"] == WORDS
    await bert.until_final("agent", 2)


async def test_services_that_come_back_are_used_again(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.stop()
    try:
        await until_async(lambda: ada.events("error"), what="an error event")
        assert ada.events("error")[0]["code"].startswith("stt_")
    finally:
        openai_api.start()

    async def understood() -> bool:
        await ask(ada)
        with contextlib.suppress(AssertionError):
            await ada.until_final("user", 1, seconds=4)
        return len(ada.finals("user")) > 0

    await until_async(understood, seconds=40, what="a turn is understood again")
    assert not ada.events("session_ended")


@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
async def test_a_slow_service_still_answers(
    ada: Person, openai_api: OpenAIStandIn, stage: str
) -> None:
    await greeted(ada)
    openai_api.set_fault(stage, "slow_5s", times=1)  # type: ignore[arg-type]
    spoken = await ask(ada)
    assert await until_told(ada, spoken) <= PATIENCE
    await ada.until_final("agent", 2)


async def test_the_agent_says_aloud_that_it_cannot_think_and_goes_on_afterwards(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.set_fault("llm", "error_500")
    spoken = await ask(ada)
    notice = await ada.until_final("agent", 2)
    assert "cannot think of an answer" in notice["text"]
    assert (ada.hears_since(spoken) or 99) - spoken <= PATIENCE
    openai_api.set_fault("llm", "none")
    await ada.until_quiet()
    await ask(ada)
    reply = await ada.until_final("agent", 3)
    assert reply["text"].startswith("Certainly.")
    assert not ada.events("session_ended")


async def test_a_session_that_cannot_go_on_ends_and_says_why(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.set_fault("tts", "refuse_401")
    while not ada.events("session_ended"):
        count = len(ada.messages)
        await ask(ada)
        await until_async(lambda count=count: news(ada, count), what="an error or the end")  # type: ignore[misc]
    ended = await until_async(lambda: ada.events("session_ended"), what="the end")
    assert ended[0]["reason"] == "agent_failed"
    assert ada.events("error")[-1]["fatal"] is True
    assert ada.messages[-1]["event"] == "session_ended"


def news(ada: Person, count: int) -> bool:
    """Whether an error or the end came after the first `count` messages."""
    return any(m.get("event") in ("error", "session_ended") for m in ada.messages[count:])
