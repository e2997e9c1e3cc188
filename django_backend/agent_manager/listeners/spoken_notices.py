"""Says aloud what went wrong, when nobody is speaking."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from livekit.agents.voice import AgentSession

from agent_manager.speaking.own_words import in_own_words

from .base import Handler

log = structlog.get_logger(__name__)


class SpokenNotices:
    """Says one notice at a time when the person has finished: a turn's end would cut it off."""

    MARGIN = 0.4
    """Seconds beside those that decide that a turn is over."""

    def __init__(self, voice: AgentSession, turn_delay: float, language: str = "") -> None:
        self._voice = voice
        self._language = language
        self._delay = turn_delay + self.MARGIN
        self._said: set[str] = set()
        self._text = ""
        self._timer: asyncio.TimerHandle | None = None

    def __contains__(self, text: str) -> bool:
        return text in self._said

    def handlers(self) -> Mapping[str, Handler]:
        """Returns the handlers, by event: whoever begins or stops to speak puts a notice off."""
        return {"user_state_changed": lambda _event: self.put_off()}

    def say_soon(self, text: str) -> None:
        """Says it in the agent's language when the person has finished, not what waited before."""
        self._text = in_own_words(text, self._language)
        self.put_off()

    def put_off(self) -> None:
        """The person began or stopped to speak: what waits has to wait as long again."""
        if self._text:
            self._stop_waiting()
            self._timer = asyncio.get_running_loop().call_later(self._delay, self._say_or_wait)

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
