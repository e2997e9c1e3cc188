"""Recognition of speech by any server of OpenAI's API: by files, or by a socket while it works."""

from __future__ import annotations

from collections.abc import Callable

from config.services import Service
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectOptions,
    LanguageCode,
    NotGivenOr,
    stt,
    utils,
    vad,
)

from agent_manager.providers.openai import transcriptions
from agent_manager.providers.openai.hearing import Hearing
from agent_manager.providers.openai.realtime import RealtimeSTT
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.providers.recognition.recogniser import (
    AnyRecogniser,
    nobody_guesses,
    nothing_missed,
)


class Recognition(AnyRecogniser):
    """Recognition by files, or by a socket.

    `joins` says whether speech waits for what follows a short pause, so that one request has both.
    """

    def __init__(
        self,
        service: Service,
        language: str,
        ears: vad.VAD,
        *,
        streaming: bool,
        joins: Callable[[], bool],
        outcome: Outcome | None = None,
    ) -> None:
        capabilities = stt.STTCapabilities(streaming=True, interim_results=streaming)
        super().__init__(capabilities=capabilities)
        self.outcome = outcome or Outcome()
        self.joins = joins
        self.withdraw: Callable[[], None] = nobody_guesses
        self.missed = nothing_missed
        self.service = service
        self.ears = ears
        self.by_socket = streaming
        self._language = language

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.service.model

    @property
    def provider(self) -> str:
        """The server's host."""
        return transcriptions.host_of(self.service)

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> Hearing:
        """Hears what is pushed into it."""
        hearing = Hearing(self, self, conn_options)
        for frame in self.missed():
            hearing.push_frame(frame)
        return hearing

    def socket(self, on_failed: Callable[[], None], on_words: Callable[[str], None]) -> RealtimeSTT:
        """A socket of the server, which is not connected yet."""
        return RealtimeSTT(self.service, self._language, on_failed, on_words)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.SpeechEvent:
        frame = rtc.combine_audio_frames(buffer)
        found = await transcriptions.transcript_of(
            self.service, frame.to_wav_bytes(), frame.duration, self._language
        )
        spoken = LanguageCode(found.language or self._language)
        return stt.SpeechEvent(
            type=stt.SpeechEventType.FINAL_TRANSCRIPT,
            alternatives=[stt.SpeechData(text=found.text, language=spoken)],
        )


def recognition(
    service: Service,
    language: str,
    ears: vad.VAD,
    *,
    streaming: bool,
    joins: Callable[[], bool],
    outcome: Outcome | None = None,
) -> Recognition:
    """Recognition of speech; `streaming` says that the server gives words as they are spoken."""
    return Recognition(service, language, ears, streaming=streaming, joins=joins, outcome=outcome)
