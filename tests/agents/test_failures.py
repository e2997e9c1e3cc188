"""Speech and language servers that are down, slow or refuse: the person hears or reads of it."""

from __future__ import annotations

import pytest
from fakes.openai_api import OpenAIStandIn
from support.person import Person
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


@pytest.mark.parametrize("fault", ["refuse_401", "limit_429", "error_500", "hang"])
@pytest.mark.parametrize("stage", ["stt", "llm", "tts"])
async def test_a_failing_service_is_named_within_eight_seconds(
    ada: Person, openai_api: OpenAIStandIn, stage: str, fault: str
) -> None:
    await greeted(ada)
    openai_api.set_fault(stage, fault)  # type: ignore[arg-type]
    spoken = await ask(ada)
    assert await until_told(ada, spoken) <= PATIENCE
    error = await until_async(lambda: ada.events("error"), seconds=20, what="an error event")
    expected = {"refuse_401": "refused", "limit_429": "limited", "error_500": "failed"}
    slow = {f"{stage}_slow", "reply_slow", "not_understood", f"{stage}_unreachable"}
    assert error[0]["code"] in ({f"{stage}_{expected[fault]}"} if fault in expected else slow)
    assert error[0]["fatal"] is False
    assert error[0]["message"].endswith(".")


@pytest.mark.parametrize("stage", ["llm", "tts"])
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
    for _ in range(12):
        if ada.events("session_ended"):
            break
        count = len(ada.events("error"))
        await ask(ada)
        await until_async(
            lambda count=count: len(ada.events("error")) > count, what="another error"  # type: ignore[misc]
        )
    ended = await until_async(lambda: ada.events("session_ended"), what="the end")
    assert ended[0]["reason"] == "agent_failed"
    assert ada.events("error")[-1]["fatal"] is True
    assert ada.messages[-1]["event"] == "session_ended"
