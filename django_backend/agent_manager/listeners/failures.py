"""What is told of services that fail, and when the session cannot go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog
from livekit.agents import (
    AgentStateChangedEvent,
    CloseEvent,
    ConversationItemAddedEvent,
    SpeechCreatedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
)
from livekit.agents import ErrorEvent as ServiceErrorEvent
from livekit.agents.llm import ChatMessage, LLMError
from livekit.agents.stt import STTError
from livekit.agents.tts import TTSError
from voice_sessions.endings import EndReason
from voice_sessions.events import Message

from .base import Handler
from .segments import Segments
from .service_failures import Failure, Health, describe
from .silence import AnswerTimer
from .spoken_notices import SpokenNotices

log = structlog.get_logger(__name__)


class Failures:
    """Tells each failure once, and counts those that last.

    A speculative reply that fails before the person has finished is told when they have, unless
    another attempt has begun by then.
    """

    def __init__(
        self,
        emit: Callable[[Message], None],
        segments: Segments,
        notices: SpokenNotices,
        answer: AnswerTimer,
    ) -> None:
        self._emit = emit
        self._segments = segments
        self._notices = notices
        self._answer = answer
        self._health = Health()
        self._reported: str | None = None
        self._untold: Failure | None = None
        self._is_midway = False
        self._lasting: asyncio.Future[EndReason] = asyncio.get_running_loop().create_future()

    def handlers(self) -> Mapping[str, Handler]:
        """Returns the handlers, by the name of livekit-agents' event."""
        return {
            "user_state_changed": self._on_user_state,
            "agent_state_changed": self._on_agent_state,
            "user_input_transcribed": self._on_user_words,
            "conversation_item_added": self._on_item,
            "speech_created": self._on_speech_created,
            "error": self._on_error,
            "close": self._on_close,
        }

    async def lasting(self) -> EndReason:
        """Returns when the session cannot go on."""
        return await self._lasting

    def asked_anew(self) -> None:
        """The person asks something else: what fails now is told, also when it did before."""
        self._reported = None

    def tell_untold(self) -> bool:
        """Whether a failure was still to be told; it is now."""
        failure = self._untold
        if failure is not None:
            self._tell(failure)
        return failure is not None

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self.asked_anew()

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            if not self._is_midway:
                self._forget()
            self._health.worked("tts")

    def _on_user_words(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self._health.worked("stt")

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage):
            return
        if item.role == "user":
            self.tell_untold()
        elif item.role == "assistant" and (item.text_content or "") not in self._notices:
            self._health.worked("llm")

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        if event.source == "generate_reply":
            self._is_midway = False
            self._forget()

    def _on_error(self, event: ServiceErrorEvent) -> None:
        error = event.error
        if not isinstance(error, LLMError | STTError | TTSError) or error.recoverable:
            return
        failure = describe(error)
        self._is_midway = failure.error.midway
        log.warning("service_failed", code=failure.code, **failure.for_log())
        if failure.lasts and self._health.failed(failure.service):
            self._give_up(failure)
        elif self._reported == failure.code:
            self._answer.cancel()
        elif failure.service != "stt" and self._segments.user_words:
            self._untold = failure
        else:
            self._tell(failure)

    def _on_close(self, event: CloseEvent) -> None:
        if isinstance(event.error, LLMError | STTError | TTSError):
            self._give_up(describe(event.error))

    def _tell(self, failure: Failure) -> None:
        self._untold = None
        self._answer.cancel()
        self._reported = failure.code
        self._emit(failure.event())
        if failure.spoken is not None:
            self._notices.say_soon(failure.spoken)

    def _forget(self) -> None:
        """Another attempt at a reply is on its way, or the reply itself."""
        self._untold = None
        self._notices.withdraw()

    def _give_up(self, failure: Failure) -> None:
        if not self._lasting.done():
            self._emit(failure.event(fatal=True))
            self._lasting.set_result(EndReason.AGENT_FAILED)
