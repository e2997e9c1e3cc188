"""Hears one session's person: finds where they speak, and has it recognised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from config.services import Service
from livekit import rtc
from livekit.agents import NOT_GIVEN, APIConnectOptions, APIError, LanguageCode, stt, vad
from livekit.plugins import openai

from agent_manager.providers.openai.listening import SocketListening
from agent_manager.providers.recognition.invented import is_invented
from agent_manager.providers.recognition.noise import words_in
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.providers.recognition.standing import StandingWords
from agent_manager.providers.recognition.utterances import (
    Began,
    Ears,
    Falls,
    Utterance,
    joined,
)

MOST_SECONDS = 60.0
"""Of speech that one request carries; what is longer goes in several."""
JOIN_SECONDS = 0.35
"""How long speech waits for what may follow a pause, where it waits."""
HANDOVER_SECONDS = 0.03
"""Words that were there before the speech was over wait so long: the session's own detector may be
a window behind, and words while somebody speaks start no guess."""


class Recogniser(Protocol):
    """What a hearing needs of its recognition: see `stt.Recognition`."""

    service: Service
    ears: vad.VAD
    outcome: Outcome
    by_socket: bool
    joins: Callable[[], bool]
    withdraw: Callable[[], None]
    is_replaced: bool

    def socket(self, on_failed: Callable[[], None], on_words: Callable[[str], None]) -> openai.STT:
        """A socket of the server, which is not connected yet."""


class Hearing(stt.RecognizeStream):
    """Turns sound into words: by the server's socket where it has one that works, else by files.

    A socket that gives no words is left: the same speech is recognised by file. Whatever fails is
    told as an error of the STT, and the hearing goes on unless another recogniser is to. What is
    no word is dropped here, so that it starts no turn and interrupts nobody.
    """

    def __init__(
        self, recognition: stt.STT, recogniser: Recogniser, options: APIConnectOptions
    ) -> None:
        self._recogniser = recogniser
        self._options = options
        self._outcome = recogniser.outcome
        self._to_files: asyncio.Queue[Utterance] = asyncio.Queue()
        self._begins = asyncio.Event()
        self._ears: Ears | None = None
        self._voice_settled = 0.0
        self._socket: SocketListening | None = None
        self._early: asyncio.Task[stt.SpeechEvent | APIError] | None = None
        self._standing = StandingWords(self._guess, self._withdraw)
        self._has_told_words = False
        once = APIConnectOptions(max_retry=0, timeout=options.timeout)
        super().__init__(stt=recognition, conn_options=once)

    def words_by_socket(self, text: str, *, settled: bool) -> None:
        """These are words so far, or settled ones."""
        heard = self._ears.voice if self._ears else 0.0
        voice = heard - self._voice_settled
        if settled:
            self._voice_settled = heard
            self._settled(text, voice, None)
            return
        words = words_in(text, settled=False)
        if words and not is_invented(words, voice):
            self._tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, words)

    def words_now(self, text: str) -> None:
        """These are the latest words so far, "" while they are of several utterances."""
        words = words_in(text, settled=False)
        voice = (self._ears.voice if self._ears else 0.0) - self._voice_settled
        self._standing.words("" if is_invented(words, voice) else words)

    def by_file(self, utterance: Utterance) -> None:
        """The socket gave no words for it."""
        self._to_files.put_nowait(utterance)

    def answered(self, utterances: list[Utterance]) -> None:
        """The socket gave its answer to these, with words or without."""
        for _ in utterances:
            self._outcome.answered()

    def used(self, event: stt.SpeechEvent) -> None:
        """The server says what an answer took."""
        self._event_ch.send_nowait(event)

    async def _run(self) -> None:
        detector = self._recogniser.ears.stream()
        self._ears = Ears(detector, self._recogniser.ears.capabilities.update_interval)
        try:
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(self._recognise_files())]
                if self._recogniser.by_socket:
                    recogniser = self._recogniser
                    self._socket = SocketListening(recogniser.service, recogniser.socket, self)
                    beside.append(group.create_task(self._socket.run()))
                group.create_task(self._forward(detector))
                await self._listen(self._ears, group)
                self._drop_early()
                await self._to_files.join()
                for task in beside:
                    task.cancel()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            self._standing.aclose()
            await detector.aclose()

    async def _forward(self, detector: vad.VADStream) -> None:
        async for sound in self._input_ch:
            if isinstance(sound, self._FlushSentinel):
                detector.flush()
                continue
            detector.push_frame(sound)
            if self._socket is not None:
                self._socket.push(sound)
        detector.end_input()

    async def _listen(self, ears: Ears, group: asyncio.TaskGroup) -> None:
        async for heard in ears.utterances():
            if isinstance(heard, Utterance):
                self._on_ended(heard)
            elif isinstance(heard, Began):
                self._begins.set()
                self._standing.began()
                if self._socket is not None:
                    self._socket.speech_began()
            elif isinstance(heard, Falls):
                self._standing.falls()
                self._ask_early(heard.so_far, group)
            else:
                self._standing.rises()
                self._drop_early()

    def _on_ended(self, speech: Utterance) -> None:
        speech.asked, self._early = self._early, None
        self._begins.clear()
        self._standing.ended()
        self._outcome.asked()
        if self._socket is None or not self._socket.takes(speech):
            self._to_files.put_nowait(speech)

    def _ask_early(self, speech: Utterance, group: asyncio.TaskGroup) -> None:
        """Has speech recognised that may be over, by files that nobody else waits for."""
        is_free = self._socket is None and not self._outcome.is_waiting
        if is_free and not self._recogniser.joins() and _seconds([speech]) < MOST_SECONDS:
            self._drop_early()
            self._early = group.create_task(self._answer_to(speech))

    def _guess(self, words: str) -> None:
        if not self._recogniser.joins():
            self._tell(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT, words)

    def _withdraw(self) -> None:
        self._recogniser.withdraw()

    async def _answer_to(self, speech: Utterance) -> stt.SpeechEvent | APIError:
        """The recogniser's answer, or how it failed: that is told only when speech is over."""
        try:
            return await self._stt._recognize_impl(
                [speech.sound], language=NOT_GIVEN, conn_options=self._options
            )
        except APIError as error:
            return error

    def _drop_early(self) -> None:
        """Hangs up on the recognition of speech that was not over."""
        early, self._early = self._early, None
        if early is not None:
            early.cancel()

    async def _recognise_files(self) -> None:
        """Recognises one request after the other: what is said meanwhile goes with the next."""
        while True:
            speech = [await self._to_files.get()]
            await self._wait_for_more(speech)
            while not self._to_files.empty() and _seconds(speech) < MOST_SECONDS:
                speech.append(self._to_files.get_nowait())
            try:
                await self._recognise(speech)
            finally:
                for _ in speech:
                    self._to_files.task_done()
                self.answered(speech)

    async def _wait_for_more(self, speech: list[Utterance]) -> None:
        """Adds what follows a short pause, where every request counts."""
        while self._recogniser.joins() and _seconds(speech) < MOST_SECONDS:
            try:
                async with asyncio.timeout(JOIN_SECONDS):
                    await self._begins.wait()
            except TimeoutError:
                return
            speech.append(await self._to_files.get())

    async def _recognise(self, speech: list[Utterance]) -> None:
        utterance = joined(speech)
        try:
            event = await self._event_of(speech, utterance.sound)
        except APIError:
            self._outcome.told()  # by the error that the STT has emitted
            self._take_back()
            if self._recogniser.is_replaced:
                raise
            return
        if all(each.is_answered for each in speech):
            return
        found = event.alternatives[0]
        is_heard = self._settled(found.text, utterance.voice, utterance.ended_at, found.language)
        if is_heard and self._socket is not None and any(each.doubts_socket for each in speech):
            self._socket.proved_mute()

    async def _event_of(self, speech: list[Utterance], sound: rtc.AudioFrame) -> stt.SpeechEvent:
        """What is recognised: by the request that is out already where it has the whole speech.

        Raises APIError, which the STT has emitted.
        """
        for each in speech:
            if each.asked is not None and len(speech) > 1:
                each.asked.cancel()
        asked = speech[0].asked if len(speech) == 1 else None
        if asked is not None:
            if asked.done():
                await asyncio.sleep(HANDOVER_SECONDS)
            answer = await asked
            if isinstance(answer, stt.SpeechEvent):
                return answer
            if not answer.retryable:
                self._stt._emit_error(answer, recoverable=False)
                raise answer
        return await self._stt.recognize(buffer=[sound], conn_options=self._options)

    def _settled(self, text: str, voice: float, ended_at: float | None, language: str = "") -> bool:
        """Hands settled words on, and says whether there were any; `voice` is in seconds."""
        words = words_in(text)
        if not words or is_invented(words, voice):
            self._standing.nothing_said()
            self._outcome.no_words(voice)
            self._take_back()
            return False
        self._standing.settled(words)
        self._outcome.words()
        self._tell(stt.SpeechEventType.FINAL_TRANSCRIPT, words, ended_at, language)
        return True

    def _take_back(self) -> None:
        """Says that the words so far, if there were any, are none: nobody answers those."""
        if self._has_told_words:
            self._tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, "")

    def _tell(
        self,
        kind: stt.SpeechEventType,
        words: str,
        ended_at: float | None = None,
        language: str = "",
    ) -> None:
        self._has_told_words = bool(words) and kind is not stt.SpeechEventType.FINAL_TRANSCRIPT
        spoken = stt.SpeechData(text=words, language=LanguageCode(language))
        self._event_ch.send_nowait(
            stt.SpeechEvent(type=kind, alternatives=[spoken], speech_end_time=ended_at)
        )


def _seconds(speech: list[Utterance]) -> float:
    """How long the speech is in all."""
    return sum(each.ends - each.begins for each in speech)
