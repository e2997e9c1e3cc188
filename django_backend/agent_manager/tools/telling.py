"""What the record is told of a tool's calls: that one began, and what came of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import structlog
from voice_sessions.events import Message, ToolEnded, ToolStarted

from agent_manager.tools.results import Failed, Result, shown

log = structlog.get_logger(__name__)
CUT_OFF = "It was cut off before the tool had answered; whether it was done is not known."


class Telling:
    """One call, from its beginning until it has ended once."""

    def __init__(
        self,
        emit: Callable[[Message], None],
        name: str,
        arguments: Mapping[str, Any],
        secret_fields: Collection[str] = (),
    ) -> None:
        self._emit = emit
        self._name = name
        self._call = secrets.token_urlsafe(9)
        self._began = time.monotonic()
        self._is_over = False
        emit(ToolStarted(call=self._call, name=name, arguments=shown(arguments, secret_fields)))

    def done(self, result: Result) -> None:
        """The tool has answered."""
        self._end(True, result.summary)

    def failed(self, error: Failed) -> None:
        """It has not, and why."""
        self._end(False, error.sentence)

    def cut_off(self) -> None:
        """Nobody waits for the answer any more; does nothing where it came."""
        self._end(False, CUT_OFF)

    def _end(self, ok: bool, summary: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        milliseconds = round((time.monotonic() - self._began) * 1000)
        self._emit(
            ToolEnded(
                call=self._call,
                name=self._name,
                ok=ok,
                milliseconds=milliseconds,
                summary=summary,
            )
        )
        log.info("tool_used", tool=self._name, ok=ok, milliseconds=milliseconds)
