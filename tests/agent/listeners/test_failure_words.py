"""What a failed speech or language server is called, and when a session cannot go on."""

from __future__ import annotations

import asyncio
import time

import pytest
from agent_manager.listeners.service_failures import Health, describe
from agent_manager.listeners.silence import AnswerTimer
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError
from livekit.agents.llm import LLMError
from livekit.agents.stt import STTError
from livekit.agents.tts import TTSError


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
    reported: asyncio.Queue[float] = asyncio.Queue()
    answer = AnswerTimer()
    answer.speech_started()
    answer.speech_ended(reported.put_nowait)
    answer.speech_started()
    answer.speech_ended(reported.put_nowait)
    begun = time.monotonic()
    assert await asyncio.wait_for(reported.get(), 5) < 1
    assert time.monotonic() - begun >= 0.04
    assert reported.empty()


async def test_an_answer_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnswerTimer, "SECONDS", 0.02)
    reported: asyncio.Queue[float] = asyncio.Queue()
    answer = AnswerTimer()
    answer.speech_started()
    answer.speech_ended(reported.put_nowait)
    answer.cancel()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reported.get(), 0.2)
