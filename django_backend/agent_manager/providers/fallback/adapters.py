"""Two services as one: livekit-agents' adapters, which ask the second when the first fails.

Nothing is retried before the other is asked. While the first is away the adapters ask it along
with each request, without waiting for it, until it answers again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Sequence
from typing import Any, Protocol

from config.services import Service
from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, NotGivenOr, llm, stt, tts
from livekit.agents.llm.fallback_adapter import FallbackAdapter as LLMAdapter
from livekit.agents.stt.fallback_adapter import FallbackAdapter as STTAdapter
from livekit.agents.stt.fallback_adapter import FallbackRecognizeStream
from livekit.agents.tts.fallback_adapter import FallbackAdapter as TTSAdapter
from livekit.agents.tts.fallback_adapter import FallbackChunkedStream
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN
from livekit.agents.utils.aio import cancel_and_wait

from agent_manager.providers.fallback.switching import Switching
from agent_manager.providers.openai.patience import USUAL_SECONDS
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.providers.recognition.recogniser import AnyRecogniser, nobody_guesses
from agent_manager.providers.recognition.unsettled import Unsettled
from agent_manager.providers.voice import Voice

AGAIN_SECONDS = 2.0
"""After which recognition is tried again when both have failed."""


class AnyModel(Protocol):
    """A language model that says how much of a conversation it is sent."""

    @property
    def history_tokens(self) -> int:
        """How much of a conversation a request carries."""


class TwoModels(LLMAdapter):
    """A language model and the one that takes over."""

    def __init__(self, parts: Sequence[Any], services: Sequence[Service]) -> None:
        super().__init__(list(parts), attempt_timeout=USUAL_SECONDS)
        self._parts = parts
        self.switching = Switching("llm", self, parts, services)

    @property
    def history_tokens(self) -> int:
        """How much of a conversation a request carries: what both take."""
        return min(int(part.history_tokens) for part in self._parts)

    def emit(self, event: Any, *args: Any) -> None:
        """Tells its listeners; of a failure, that of the part that failed last."""
        super().emit(event, *_told(event, args, self.switching))

    async def aclose(self) -> None:
        """Closes both, and ends what looks whether the first works again."""
        for status in self._status:
            if status.recovering_task is not None:
                await cancel_and_wait(status.recovering_task)
        await super().aclose()
        for part in self._parts:
            await part.aclose()


class TwoVoices(Voice, TTSAdapter):  # type: ignore[misc]
    """A voice and the one that takes over."""

    def __init__(self, parts: Sequence[Voice]) -> None:
        TTSAdapter.__init__(self, list(parts), max_retry_per_tts=0)
        self._parts = parts
        self.switching = Switching("tts", self, parts, [part.service for part in parts])

    @property
    def service(self) -> Service:  # type: ignore[override]
        """The service that spoke last."""
        return self._spoke.service

    @property
    def voice(self) -> str:  # type: ignore[override]
        """The name of the voice that spoke last."""
        return self._spoke.voice

    @property
    def rate(self) -> float | None:  # type: ignore[override]
        """How fast that one speaks."""
        return self._spoke.rate

    @property
    def _spoke(self) -> Voice:
        spoke = self._active_instance
        assert isinstance(spoke, Voice)
        return spoke

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> TwoVoicesStream:
        """The voice of one piece of text, as it arrives."""
        return TwoVoicesStream(tts=self, input_text=text, conn_options=conn_options)

    def emit(self, event: Any, *args: Any) -> None:
        """Tells its listeners; of a failure, that of the part that failed last."""
        super().emit(event, *_told(event, args, self.switching))

    async def aclose(self) -> None:
        """Closes both, and ends what looks whether the first works again."""
        await TTSAdapter.aclose(self)
        for part in self._parts:
            await part.aclose()


class TwoVoicesStream(FallbackChunkedStream):
    """One piece of text; no failure of it is told as final, as of `openai.tts.SpeechStream`."""

    def _emit_error(self, api_error: Exception, recoverable: bool) -> None:
        super()._emit_error(api_error, recoverable=True)


class TwoRecognisers(AnyRecogniser, STTAdapter):  # type: ignore[misc]
    """A recogniser and the one that takes over, which hears again what was not settled."""

    def __init__(
        self, parts: Sequence[AnyRecogniser], services: Sequence[Service], outcome: Outcome
    ) -> None:
        self.unsettled = Unsettled()
        self._withdraw: Callable[[], None] = nobody_guesses
        self.outcome = outcome
        self._parts = parts
        for part in parts:
            part.is_replaced = True
            part.missed = lambda: self.unsettled
        STTAdapter.__init__(self, list(parts), attempt_timeout=USUAL_SECONDS, max_retry_per_stt=0)
        self.switching = Switching("stt", self, parts, services)

    @property
    def withdraw(self) -> Callable[[], None]:  # type: ignore[override]
        """What is called when words so far that were guessed on turned out to be others."""
        return self._withdraw

    @withdraw.setter
    def withdraw(self, withdraw: Callable[[], None]) -> None:
        self._withdraw = withdraw
        for part in self._parts:
            part.withdraw = withdraw

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> TwoRecognisersStream:
        """Hears what is pushed into it."""
        return TwoRecognisersStream(self, conn_options)

    def emit(self, event: Any, *args: Any) -> None:
        """Tells its listeners; of a failure, that of the part that failed last."""
        super().emit(event, *_told(event, args, self.switching))

    async def aclose(self) -> None:
        """Closes both, and ends what looks whether the first works again."""
        await STTAdapter.aclose(self)
        for part in self._parts:
            await part.aclose()


class TwoRecognisersStream(FallbackRecognizeStream):
    """One person's sound on its way to whichever works; it goes on when both have failed."""

    def __init__(self, two: TwoRecognisers, options: APIConnectOptions) -> None:
        self._two = two
        super().__init__(stt=two, language=NOT_GIVEN, conn_options=options)

    def push_frame(self, frame: rtc.AudioFrame) -> None:
        """Takes what is heard."""
        self._two.unsettled.push(frame)
        super().push_frame(frame)

    async def _run(self) -> None:
        while True:
            try:
                return await super()._run()
            except APIError as error:
                self._emit_error(error, recoverable=False)
            await asyncio.sleep(AGAIN_SECONDS)
            while not self._input_ch.empty():  # that is among what was not settled
                self._input_ch.recv_nowait()

    async def _metrics_monitor_task(self, event_aiter: AsyncIterable[stt.SpeechEvent]) -> None:
        async for event in event_aiter:
            if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                self._two.unsettled.settled()


def _told(event: Any, args: tuple[Any, ...], switching: Switching) -> tuple[Any, ...]:
    """What an adapter's listeners are told: it keeps to itself why its parts have failed."""
    if event != "error" or switching.failure is None:
        return args
    error = args[0]
    assert isinstance(error, llm.LLMError | stt.STTError | tts.TTSError)
    return (error.model_copy(update={"error": switching.failure}), *args[1:])
