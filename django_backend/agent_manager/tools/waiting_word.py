"""The short word that an agent says while a tool takes long."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from livekit.agents.voice import AgentSession, SpeechHandle

from agent_manager.speaking.own_words import in_own_words

ONE_MOMENT = "One moment."


class WaitingWord:
    """Says it once in each turn, unless the agent or the person is saying something anyway.

    It is no reply: it is not part of the conversation that the model sees. `said` is called when
    it is over, with whether it was interrupted.
    """

    SECONDS = 1.0
    """After which a tool takes long."""

    def __init__(self, voice: AgentSession, language: str, said: Callable[[bool], None]) -> None:
        self._voice = voice
        self._text = in_own_words(ONE_MOMENT, language)
        self._said = said
        self._turn = ""
        self._spoken: SpeechHandle | None = None

    @property
    def is_said(self) -> bool:
        """Whether what is being said just now is this word."""
        return self._spoken is not None and self._voice.current_speech is self._spoken

    @contextlib.contextmanager
    def after_a_second(self, turn: SpeechHandle) -> Iterator[None]:
        """Says it if what is done within takes longer; `turn` is the reply that needs the tool."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.SECONDS, self._say_once, turn)
        try:
            yield
        finally:
            timer.cancel()

    def _say_once(self, turn: SpeechHandle) -> None:
        if self._turn == turn.id or turn.interrupted:
            return
        self._turn = turn.id
        has_spoken = any(item.type == "message" for item in turn.chat_items)
        if has_spoken or "speaking" in (self._voice.user_state, self._voice.agent_state):
            return
        with contextlib.suppress(RuntimeError):  # the conversation is being closed
            self._spoken = self._voice.say(self._text, add_to_chat_ctx=False)
            self._spoken.add_done_callback(lambda spoken: self._said(spoken.interrupted))
