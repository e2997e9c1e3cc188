"""Listens to a session of livekit-agents and reports what happens in it as events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

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
from livekit.agents.voice import AgentSession
from livekit.agents.voice.io import TextOutput
from livekit.agents.voice.transcription import TranscriptSynchronizer
from voice_sessions.events import ErrorEvent, Message
from voice_sessions.models import EndReason

from agent_manager.listeners.failures import Failure, Health, describe
from agent_manager.listeners.silence import Patience
from agent_manager.listeners.spoken_notices import Notices
from agent_manager.listeners.turns import Segments
from agent_manager.providers.assemble import ENDPOINTING_DELAY

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


class SpokenWords(TextOutput):
    """Takes the agent's text a word at a time, in step with its voice."""

    def __init__(self, segments: Segments) -> None:
        super().__init__(label="SpokenWords", next_in_chain=None)
        self._segments = segments

    async def capture_text(self, text: str) -> None:
        """These words are being heard."""
        self._segments.agent_words_spoken(text)

    def flush(self) -> None:
        """The text of this reply is complete."""
        self._segments.agent_words_over()


class Reporter:
    """Derives our events from the states and items of livekit-agents.

    A speculative reply that fails before the person has finished is told when they have, unless
    another attempt has begun by then.

    Handlers only look and emit: livekit-agents calls them directly and swallows what they raise.
    """

    def __init__(self, voice: AgentSession, emit: Callable[[Message], None]) -> None:
        self._voice = voice
        self._emit = emit
        self._segments = Segments(emit, quiet_after=ENDPOINTING_DELAY)
        self._patience = Patience(self._report_silence)
        self._health = Health()
        self._notices = Notices(voice)
        self._reported: str | None = None
        self._untold: Failure | None = None
        self._failed: asyncio.Future[EndReason] = asyncio.get_running_loop().create_future()
        self._synchronizer: TranscriptSynchronizer | None = None

    def connect(self) -> None:
        """Begins to listen; the session has started."""
        for event, handler in self._handlers().items():
            self._voice.on(event, handler)  # type: ignore[arg-type]
        audio = self._voice.output.audio
        if audio is not None:
            self._synchronizer = TranscriptSynchronizer(
                next_in_chain_audio=audio, next_in_chain_text=SpokenWords(self._segments)
            )
            self._voice.output.audio = self._synchronizer.audio_output
            self._voice.output.transcription = self._synchronizer.text_output

    async def disconnect(self) -> None:
        """Listens no more."""
        self._patience.cancel()
        self._notices.withdraw()
        for event, handler in self._handlers().items():
            self._voice.off(event, handler)  # type: ignore[arg-type]
        if self._synchronizer is not None:
            await self._synchronizer.aclose()

    async def failed(self) -> EndReason:
        """Returns when the session cannot go on."""
        return await self._failed

    def progress(self) -> list[dict[str, str]]:
        """The words of the open segments so far."""
        return self._segments.progress

    def settle(self) -> None:
        """Closes the open segments as they were heard so far."""
        self._patience.cancel()
        self._segments.settle()

    def _handlers(self) -> dict[str, Callable[..., None]]:
        return {
            "user_state_changed": self._on_user_state,
            "agent_state_changed": self._on_agent_state,
            "user_input_transcribed": self._on_user_words,
            "conversation_item_added": self._on_item,
            "speech_created": self._on_speech_created,
            "error": self._on_error,
            "close": self._on_close,
        }

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        self._notices.put_off()
        if event.new_state == "speaking":
            self._reported = None
            self._patience.speech_started()
            self._segments.user_speaking()
        elif event.old_state == "speaking":
            self._patience.speech_ended()
            self._segments.user_silent()

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        self._segments.agent_thinking(event.new_state == "thinking")
        if event.new_state == "speaking":
            self._patience.cancel()
            self._forget_failure()
            self._health.worked("tts")
            self._segments.agent_speaking()
        elif event.old_state == "speaking":
            self._segments.agent_silent()

    def _on_user_words(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self._health.worked("stt")
            self._segments.user_words_recognised(event.transcript, settled=event.is_final)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage):
            return
        text = item.text_content or ""
        if item.role == "user":
            self._segments.user_committed(text)
            if self._untold is not None:
                self._tell(self._untold)
        elif item.role == "assistant":
            if text not in self._notices:
                self._health.worked("llm")
            self._segments.agent_said(text, interrupted=item.interrupted)

    def _on_error(self, event: ServiceErrorEvent) -> None:
        error = event.error
        if not isinstance(error, LLMError | STTError | TTSError) or error.recoverable:
            return
        failure = describe(error)
        log.warning("service_failed", code=failure.code, error=type(error.error).__name__)
        if self._health.failed(failure.stage):
            self._fail(failure)
        elif self._reported == failure.code:
            self._patience.cancel()
        elif failure.stage != "stt" and self._segments.user_words:
            self._untold = failure
        else:
            self._tell(failure)

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        if event.source == "generate_reply":
            self._forget_failure()

    def _on_close(self, event: CloseEvent) -> None:
        if isinstance(event.error, LLMError | STTError | TTSError):
            self._fail(describe(event.error))

    def _report_silence(self, spoke_for: float) -> None:
        if self._voice.agent_state == "speaking":
            return
        if self._untold is not None:
            self._tell(self._untold)
        elif self._segments.user_words:
            self._emit(REPLY_SLOW)
            log.warning("reply_missing", code=REPLY_SLOW.code)
        elif spoke_for >= Patience.SPEECH_WORTH_AN_ANSWER:
            self._emit(NOT_UNDERSTOOD)
            log.warning("reply_missing", code=NOT_UNDERSTOOD.code)
            self._notices.say_soon("Sorry, I did not catch that. Please say it again.")

    def _tell(self, failure: Failure) -> None:
        self._untold = None
        self._patience.cancel()
        self._reported = failure.code
        self._emit(failure.event())
        if failure.spoken is not None:
            self._notices.say_soon(failure.spoken)

    def _forget_failure(self) -> None:
        """Another attempt at a reply is on its way, or the reply itself."""
        self._untold = None
        self._notices.withdraw()

    def _fail(self, failure: Failure) -> None:
        if not self._failed.done():
            self._emit(failure.event(fatal=True))
            self._failed.set_result(EndReason.AGENT_FAILED)
