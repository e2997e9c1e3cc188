"""Which of two services works now, and what was wrong with the other when it changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from config.services import Kind, Service
from livekit.agents import llm, stt, tts

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.transcriptions import host_of

log = structlog.get_logger(__name__)
RECOVERED = "recovered"
Part = llm.LLM[Any] | stt.STT[Any] | tts.TTS[Any]


@dataclass(frozen=True)
class Switch:
    """One service took over from another, for a `reason` of the errors' vocabulary, or because it
    has recovered."""

    kind: Kind
    before: Service
    after: Service
    reason: str


def log_switch(switch: Switch) -> None:
    """Says in the log what became of a service."""
    log.warning(
        "service_switched",
        service=switch.kind,
        reason=switch.reason,
        before=switch.before.provider,
        host=host_of(switch.before),
        after=switch.after.provider,
        after_host=host_of(switch.after),
    )


class Switching:
    """Follows an adapter of livekit-agents and its two parts.

    `tell` is called with each switch, beside the log. `failure` is the last failure of a part,
    which says more than the adapter's own.
    """

    def __init__(
        self, kind: Kind, adapter: Part, parts: Sequence[Part], services: Sequence[Service]
    ) -> None:
        self.tell: Callable[[Switch], None] = _nobody_listens
        self.failure: ServiceError | None = None
        self._kind = kind
        self._services = services
        self._parts = parts
        self._is_on_fallback = False
        for part, service in zip(parts, services, strict=True):
            part.on("error", partial(self._failed, host_of(service)))
        adapter.on(f"{kind}_availability_changed", self._changed)

    def _failed(self, host: str, error: Any) -> None:
        self.failure = service_error(error.error, host)
        self.failure.host = self.failure.host or host

    def _changed(self, event: Any) -> None:
        """A part failed or works again; the recogniser that took over stays until it fails."""
        is_first = getattr(event, self._kind) is self._parts[0]
        if is_first and not event.available and not self._is_on_fallback:
            self._switch(self.failure.reason if self.failure else "failed")
        elif is_first and event.available and self._is_on_fallback and self._kind != "stt":
            self._switch(RECOVERED)

    def _switch(self, reason: str) -> None:
        before, after = self._services
        if self._is_on_fallback:
            before, after = after, before
        self._is_on_fallback = not self._is_on_fallback
        switch = Switch(self._kind, before, after, reason)
        log_switch(switch)
        self.tell(switch)


def _nobody_listens(_switch: Switch) -> None:
    """Before a conversation listens."""
