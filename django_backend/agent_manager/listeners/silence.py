"""How long a person is left without an answer before the page says something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import structlog
from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage
from livekit.agents.voice import AgentSession
from voice_sessions.events import ErrorEvent, Message

from .base import Handler
from .button import Button
from .segments import Segments
from .spoken_notices import SpokenNotices

log = structlog.get_logger(__name__)

REPLY_SLOW = ErrorEvent(
    code="reply_slow",
    message="The reply takes longer than usual. It may still come, or you can say it again.",
    fatal=False,
)
NOT_UNDERSTOOD = ErrorEvent(
    code="not_understood",
    message="That could not be understood. Please say it again.",
    fatal=False,
)
SPOKEN_NOT_UNDERSTOOD = "Sorry, I did not catch that. Please say it again."


class AnswerTimer:
    """Fires once when a person has stopped speaking and nothing has come back."""

    SECONDS = 6.5
    """With the delays around it, the page says something within 8 s."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def speech_started(self) -> None:
        """The person speaks: nothing is due."""
        self.cancel()

    def speech_ended(self, missed: Callable[[], None]) -> None:
        """The person stopped speaking: without an answer `missed` is called."""
        self.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self.SECONDS, self._fire, missed)

    def cancel(self) -> None:
        """The answer is there, or none is due any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self, missed: Callable[[], None]) -> None:
        self._timer = None
        missed()


class Recognised(Protocol):
    """What recognition has made of what was said: see `providers.recognition.outcome`."""

    @property
    def is_waiting(self) -> bool:
        """Whether the recogniser owes an answer."""

    @property
    def wordless_voice(self) -> float:
        """The seconds of voice, since the last words, that gave none."""

    def told(self) -> None:
        """The person knows that what they said gave no words."""


class Silence:
    """Says that an answer is missing, unless there is a failure to tell instead.

    That somebody was not understood is said only when the recogniser has answered to their voice
    without a word. While it owes an answer, or a reply is on its way, that takes longer than usual.
    """

    VOICE_WORTH_AN_ANSWER = 0.6
    """Seconds of voice from which no words at all deserve a message; less may be a noise."""

    def __init__(
        self,
        voice: AgentSession,
        emit: Callable[[Message], None],
        segments: Segments,
        notices: SpokenNotices,
        answer: AnswerTimer,
        tell_failure: Callable[[], bool],
        recognised: Recognised,
        button: Button,
    ) -> None:
        self._voice = voice
        self._emit = emit
        self._segments = segments
        self._notices = notices
        self._answer = answer
        self._tell_failure = tell_failure
        self._recognised = recognised
        self._button = button
        self._is_put_off = False

    def handlers(self) -> Mapping[str, Handler]:
        """Returns the handlers, by the name of livekit-agents' event."""
        return {
            "user_state_changed": self._on_user_state,
            "agent_state_changed": self._on_agent_state,
            "conversation_item_added": self._on_item,
        }

    def let_go(self) -> None:
        """The person let the button go: the answer that was not due while they held it is now."""
        if self._is_put_off:
            self._answer.speech_ended(self._missed)
        self._is_put_off = False

    def answer_due(self) -> None:
        """The person typed, or was heard out: an answer is due from now on."""
        self._answer.speech_ended(self._missed)

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._answer.speech_started()
        elif event.old_state == "speaking":
            self._answer.speech_ended(self._missed)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._answer.cancel()

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        """A reply without a voice is an answer, too."""
        if isinstance(event.item, ChatMessage) and event.item.role == "assistant":
            self._answer.cancel()

    def _missed(self, *, is_told: bool = False) -> None:
        """Says once what is the matter; while recognition is out it looks again later."""
        if self._button.is_held:
            self._is_put_off = True
            return
        if self._voice.agent_state == "speaking" or self._tell_failure():
            return
        if self._is_on_its_way():
            if not is_told:
                self._tell(REPLY_SLOW)
            if self._recognised.is_waiting:
                self._answer.speech_ended(partial(self._missed, is_told=True))
        elif self._recognised.wordless_voice >= self.VOICE_WORTH_AN_ANSWER:
            self._recognised.told()
            self._tell(NOT_UNDERSTOOD)
            self._notices.say_soon(SPOKEN_NOT_UNDERSTOOD)

    def _is_on_its_way(self) -> bool:
        return (
            self._recognised.is_waiting
            or self._voice.agent_state == "thinking"
            or bool(self._segments.user_words)
        )

    def _tell(self, error: ErrorEvent) -> None:
        self._emit(error)
        log.warning("reply_missing", code=error.code)
