"""What went wrong with a speech or language server, in words for the person."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from config.services import Kind
from livekit.agents import APIConnectionError, APIStatusError, APITimeoutError, llm, stt, tts
from voice_sessions.events import ErrorEvent

from agent_manager.providers.errors import Reason, ServiceError

FATAL_AFTER_FAILURES = 3
FATAL_AFTER_SECONDS = 15.0
NAMES: dict[Kind, str] = {
    "stt": "Speech recognition",
    "llm": "The language service",
    "tts": "The voice service",
}
SPOKEN: dict[Kind, str] = {
    "stt": "I am sorry, I cannot understand speech at the moment. Please try again shortly.",
    "llm": "I am sorry, I cannot think of an answer at the moment. Please try again shortly.",
}
OF_REASON: dict[Reason, tuple[str, str]] = {
    "unreachable": ("unreachable", "cannot be reached. Please try again in a moment."),
    "certificate": (
        "certificate",
        "has a certificate that is not accepted. Whoever runs this server has to check it.",
    ),
    "moved": ("moved", "has moved. Whoever runs this server has to check its address."),
    "slow": ("slow", "does not answer in time. Please say that again in a moment."),
}
STATUS_OF_CODE = {"invalid_api_key": 401, "rate_limit_exceeded": 429, "insufficient_quota": 429}
"""What OpenAI's realtime socket says in an error event, where HTTP would have a status."""


@dataclass(frozen=True)
class Failure:
    """One failed request: `spoken` is what the agent says aloud where it still can."""

    service: Kind
    code: str
    message: str
    spoken: str | None

    @property
    def is_slow(self) -> bool:
        """Whether the service only let somebody wait, which by itself ends no session."""
        return self.code.endswith("_slow")

    def event(self, *, fatal: bool = False) -> ErrorEvent:
        """The error event of this failure."""
        return ErrorEvent(code=self.code, message=self.message, fatal=fatal)


def describe(error: llm.LLMError | stt.STTError | tts.TTSError) -> Failure:
    """The failure in words, from livekit-agents' error of one of the three services."""
    service = _service_of(error)
    kind, advice = _kind_of(error.error)
    message = f"{NAMES[service]} {advice}"
    return Failure(service, f"{service}_{kind}", message, SPOKEN.get(service))


@dataclass
class Health:
    """Tells when a service has failed for so long that the session cannot go on."""

    clock: Callable[[], float] = time.monotonic
    _since: dict[Kind, float] = field(default_factory=dict)
    _count: dict[Kind, int] = field(default_factory=dict)

    def failed(self, service: Kind) -> bool:
        """Counts a failure and says whether the session cannot go on."""
        self._count[service] = self._count.get(service, 0) + 1
        since = self._since.setdefault(service, self.clock())
        lasting = self.clock() - since >= FATAL_AFTER_SECONDS
        return lasting and self._count[service] >= FATAL_AFTER_FAILURES

    def worked(self, *services: Kind) -> None:
        """Forgets the failures of services that just did their work."""
        for service in services:
            self._since.pop(service, None)
            self._count.pop(service, None)


def _service_of(error: llm.LLMError | stt.STTError | tts.TTSError) -> Kind:
    if isinstance(error, stt.STTError):
        return "stt"
    return "llm" if isinstance(error, llm.LLMError) else "tts"


def _kind_of(error: Exception) -> tuple[str, str]:
    causes = list(_chain(error))
    for cause in causes:
        if isinstance(cause, ServiceError):
            return OF_REASON.get(cause.reason, ("failed", "failed. Please try again in a moment."))
        if isinstance(cause, APIStatusError):
            return _kind_of_status(cause.status_code)
        if isinstance(cause, APITimeoutError | TimeoutError):
            return "slow", "does not answer in time. Please say that again in a moment."
    if any(isinstance(cause, APIConnectionError | OSError) for cause in causes):
        return "unreachable", "cannot be reached. Please try again in a moment."
    return _kind_of_code(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _kind_of_code(error: Exception) -> tuple[str, str]:
    body = getattr(error, "body", None)
    code = str(body.get("code")) if isinstance(body, dict) else ""
    return _kind_of_status(STATUS_OF_CODE.get(code, 500))


def _kind_of_status(status: int) -> tuple[str, str]:
    if status in (401, 403):
        return "refused", "refused the key. Whoever runs this server has to check it."
    if status == 429:
        return "limited", "is over its limit for now. Please wait a moment, then try again."
    if status >= 500:
        return "failed", "failed. Please try again in a moment."
    return (
        "failed",
        "did not accept the request. Whoever runs this server has to check its settings.",
    )
