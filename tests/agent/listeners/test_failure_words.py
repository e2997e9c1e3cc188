"""What a failed speech or language server is called, and when a session cannot go on."""

from __future__ import annotations

import asyncio
import time
from typing import get_args

import pytest
from agent_manager.listeners.service_failures import Health, describe
from agent_manager.listeners.service_words import NAMES, OPERATOR, READ_WHOLE, read
from agent_manager.listeners.silence import AnswerTimer
from agent_manager.providers.errors import Reason, ServiceError
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError
from livekit.agents.llm import LLMError
from livekit.agents.stt import STTError
from livekit.agents.tts import TTSError
from support.waiting import until_async


def status(code: int) -> APIStatusError:
    return APIStatusError("no", status_code=code)


def caused(error: Exception) -> APIConnectionError:
    """What livekit-agents raises after its retries."""
    outer = APIConnectionError("after 2 attempts")
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (status(401), "refused"),
        (status(403), "refused"),
        (status(429), "limited"),
        (status(503), "failed"),
        (status(404), "rejected"),
        (APITimeoutError(), "slow"),
        (caused(APITimeoutError()), "slow"),
        (caused(status(429)), "limited"),
        (caused(ConnectionRefusedError()), "unreachable"),
        (APIConnectionError(), "unreachable"),
        (APIError("broken"), "failed"),
        (ValueError("broken"), "failed"),
    ],
)
def test_each_error_has_a_code_and_a_sentence(error: Exception, code: str) -> None:
    failure = describe(LLMError(timestamp=0, label="llm", error=error, recoverable=False))
    assert failure.code == f"llm_{code}"
    assert failure.message.startswith("The language service ") and failure.message.endswith(".")
    assert failure.event().fatal is False and failure.event(fatal=True).fatal is True


@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("kind", [LLMError, STTError, TTSError])
def test_each_reason_of_each_service_has_words(kind: type, reason: Reason) -> None:
    cause = ServiceError(reason, status=418, field="teapot", host="tea.example", request_id="r-1")
    error = kind(timestamp=0, label="x", error=caused(cause), recoverable=False)
    failure = describe(error)
    service = {LLMError: "llm", STTError: "stt", TTSError: "tts"}[kind]
    assert failure.code == f"{service}_{reason}"
    begins = READ_WHOLE.get((service, reason), NAMES[service])  # type: ignore[call-overload]
    assert failure.message.startswith(begins) and failure.message.endswith(".")
    assert (failure.spoken is None) == (service == "tts")
    assert failure.for_log() == {
        "service": service,
        "reason": reason,
        "status": 418,
        "field": "teapot",
        "host": "tea.example",
        "service_request_id": "r-1",
    }


def test_the_operator_is_blamed_for_settings_and_the_person_for_nothing() -> None:
    blamed = {reason for reason in get_args(Reason) if OPERATOR in read("llm", reason)}
    assert {"refused", "rejected", "web_page", "moved", "certificate", "unsendable"} <= blamed
    assert not blamed & {"slow", "limited", "unreachable", "empty", "filtered", "loading"}


@pytest.mark.parametrize("reason", ["slow", "loading", "stopped", "empty", "filtered"])
def test_what_passes_by_itself_ends_no_session(reason: Reason) -> None:
    error = LLMError(timestamp=0, label="x", error=ServiceError(reason), recoverable=False)
    assert not describe(error).lasts
    assert describe(LLMError(timestamp=0, label="x", error=status(500), recoverable=False)).lasts


@pytest.mark.parametrize("words", ["two words", "Wörter", "a" * 61, "", None, 7])
def test_an_error_carries_names_and_no_words(words: object) -> None:
    error = ServiceError("rejected", field=words, request_id=words)  # type: ignore[arg-type]
    assert (error.field, error.request_id) == ("", "")


def test_what_can_still_be_spoken_is_spoken() -> None:
    details = {"timestamp": 0, "label": "x", "error": status(500), "recoverable": False}
    assert describe(LLMError(**details)).spoken
    assert describe(STTError(**details)).spoken
    assert describe(TTSError(**details)).spoken is None


def test_a_session_ends_only_after_lasting_failure() -> None:
    now = [0.0]
    health = Health(clock=lambda: now[0])
    assert [health.failed("llm") for _ in range(3)] == [False, False, False]
    now[0] = 16
    assert health.failed("stt") is False
    assert health.failed("llm") is True
    health.worked("llm")
    assert health.failed("llm") is False


async def test_the_wait_for_an_answer_ends_once_after_the_last_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(AnswerTimer, "SECONDS", 0.05)
    reported: list[float] = []
    answer = AnswerTimer()
    answer.speech_started()
    answer.speech_ended(lambda: reported.append(time.monotonic()))
    answer.speech_started()
    answer.speech_ended(lambda: reported.append(time.monotonic()))
    begun = time.monotonic()
    await until_async(lambda: reported, what="the wait ends")
    assert reported[0] - begun >= 0.04
    answer.cancel()
    assert len(reported) == 1


async def test_an_answer_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnswerTimer, "SECONDS", 0.02)
    missed = asyncio.Event()
    answer = AnswerTimer()
    answer.speech_started()
    answer.speech_ended(missed.set)
    answer.cancel()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(missed.wait(), 0.2)
