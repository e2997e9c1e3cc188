"""Says aloud what went wrong, when nobody is speaking."""

from __future__ import annotations

import asyncio

import structlog
from livekit.agents.voice import AgentSession

from agent_manager.providers.assemble import ENDPOINTING_DELAY

log = structlog.get_logger(__name__)


class Notices:
    """Says one notice at a time when the person has finished: a turn's end would cut it off."""

    DELAY = ENDPOINTING_DELAY + 0.4
    """Seconds for which the person has neither begun nor ceased to speak."""

    def __init__(self, voice: AgentSession) -> None:
        self._voice = voice
        self._said: set[str] = set()
        self._text = ""
        self._timer: asyncio.TimerHandle | None = None

    def __contains__(self, text: str) -> bool:
        return text in self._said

    def say_soon(self, text: str) -> None:
        """Says it when the person has finished, in place of one that still waits."""
        self._text = text
        self.put_off()

    def put_off(self) -> None:
        """The person began or ceased to speak: what waits has to wait as long again."""
        if self._text:
            self._stop_waiting()
            self._timer = asyncio.get_running_loop().call_later(self.DELAY, self._say_or_wait)

    def withdraw(self) -> None:
        """What waits is not to be said any more."""
        self._text = ""
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _say_or_wait(self) -> None:
        if self._voice.user_state == "speaking" or self._voice.agent_state == "thinking":
            self.put_off()
            return
        text = self._text
        self.withdraw()
        self._said.add(text)
        try:
            self._voice.say(text)
        except RuntimeError:
            log.info("notice_not_spoken")
