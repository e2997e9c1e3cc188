"""What went wrong with a speech or language server, and for how long a session bears it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from config.services import Kind
from livekit.agents import llm, stt, tts
from voice_sessions.events import ErrorEvent

from agent_manager.listeners import service_words
from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import Reason, ServiceError

FATAL_AFTER_FAILURES = 3
FATAL_AFTER_SECONDS = 15.0
BORNE: frozenset[Reason] = frozenset(
    {
        *("slow", "loading", "stopped", "empty", "filtered", "too_long"),
        *("only_thought", "only_tool_call"),
    }
)
"""What ends no session however often it comes: the service is there, or will be."""


@dataclass(frozen=True)
class Failure:
    """One failed request: `spoken` is what the agent says aloud where it still can."""

    service: Kind
    error: ServiceError
    message: str
    spoken: str | None

    @property
    def code(self) -> str:
        """The code of the error event: the service and the reason."""
        return f"{self.service}_{self.error.reason}"

    @property
    def lasts(self) -> bool:
        """Whether it may end the session when it goes on."""
        return self.error.reason not in BORNE

    def event(self, *, fatal: bool = False) -> ErrorEvent:
        """The error event of this failure."""
        return ErrorEvent(code=self.code, message=self.message, fatal=fatal)

    def for_log(self) -> dict[str, str | int]:
        """What a log line tells of it, by name: whose fault and where, and nobody's words."""
        error = self.error
        told = {"service": self.service, "reason": error.reason, "status": error.status}
        return told | {
            "field": error.field,
            "host": error.host,
            "service_request_id": error.request_id,
        }


def describe(error: llm.LLMError | stt.STTError | tts.TTSError) -> Failure:
    """The failure in words, from livekit-agents' error of one of the three services."""
    service = _service_of(error)
    cause = service_error(error.error)
    message = service_words.read(service, cause.reason)
    return Failure(service, cause, message, service_words.spoken(service, cause.reason))


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
