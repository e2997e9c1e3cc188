"""Hears by a server's realtime socket, for as long as the socket gives words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog
from common.tasks import cancel
from common.text import mend
from config.services import Service
from livekit import rtc
from livekit.agents import APIConnectOptions, stt
from livekit.plugins import openai

from agent_manager.providers.openai.probe import found_mute
from agent_manager.providers.openai.transcriptions import host_of
from agent_manager.providers.recognition.utterances import Utterance

log = structlog.get_logger(__name__)

PATIENCE = 3.0
"""Seconds after a silence began in which a socket has to say something of what was said."""
MOST_AWAITED = 60.0
"""Seconds of speech that wait for the socket's words; beyond that it counts as mute."""
VOICE_WORTH_ANOTHER_LOOK = 0.5
"""Seconds of voice for which an answer without words is doubted, before the first words."""
RECONNECT_SECONDS = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Pauses before the socket is opened again; the last one repeats. Meanwhile files do."""
STEADY_SECONDS = 10.0
"""A socket that lasted so long had been opened well."""


class Recogniser(Protocol):
    """What turns to files where the socket says nothing."""

    def words_by_socket(self, text: str, *, settled: bool) -> None:
        """These are words so far, or settled ones."""

    def words_now(self, text: str) -> None:
        """These are the latest words so far, "" while they are of several utterances."""

    def by_file(self, utterance: Utterance) -> None:
        """The socket gave no words for it."""

    def answered(self, utterances: list[Utterance]) -> None:
        """The socket gave its answer to these, with words or without."""

    def used(self, event: stt.SpeechEvent) -> None:
        """The server says what an answer took."""


class SocketListening:
    """A socket, and the speech for which it owes words."""

    def __init__(
        self,
        service: Service,
        make: Callable[[Callable[[], None], Callable[[str], None]], openai.STT],
        to: Recogniser,
    ) -> None:
        self._service = service
        self._host = host_of(service)
        self._to = to
        self._source = make(self._ask_files, lambda words: to.words_now(mend(words)))
        self._stream: stt.RecognizeStream | None = None
        self._is_speaking = False
        self._hears_whole = False
        self._awaited: list[Utterance] = []
        self._asked_of_files: list[Utterance] = []
        self._timer: asyncio.TimerHandle | None = None
        self._gave_words = False
        self._final_is_counted = False
        self._answered_at = 0.0
        self._left = asyncio.Event()

    async def run(self) -> None:
        """Holds the socket open; returns when it is given up or the sound ends."""
        holding = asyncio.create_task(self._hold_open())
        leaving = asyncio.create_task(self._left.wait())
        try:
            await asyncio.wait({holding, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel(holding, leaving)
            self._stop_waiting()
            await self._source.aclose()

    async def _hold_open(self) -> None:
        failures = 0
        while True:
            opened_at = time.monotonic()
            try:
                return await self._follow()
            except Exception as error:  # a file is asked for what was said, and tells it
                log.info("stt_socket_broke", host=self._host, error=type(error).__name__)
            steady = time.monotonic() - opened_at > STEADY_SECONDS
            failures = 1 if steady else failures + 1
            await asyncio.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS)) - 1])

    def push(self, sound: rtc.AudioFrame) -> None:
        """Sends sound, unless only the end of what somebody says would be heard."""
        if self._stream is not None and self._hears_whole and not self._left.is_set():
            self._stream.push_frame(sound)

    def speech_began(self) -> None:
        """Somebody speaks: nothing is due before they pause."""
        self._is_speaking = True
        self._stop_waiting()

    def takes(self, utterance: Utterance) -> bool:
        """Whether the socket has heard all of it and owes its words."""
        self._is_speaking = False
        was_whole, self._hears_whole = self._hears_whole, self._stream is not None
        if not was_whole or self._left.is_set():
            return False
        if self._answered_at >= utterance.ended_at:
            self._to.answered([utterance])
            return True
        self._awaited.append(utterance)
        if sum(each.ends - each.begins for each in self._awaited) > MOST_AWAITED:
            self._doubt()
        else:
            self._wait()
        return True

    def proved_mute(self) -> None:
        """A file gave words where the socket gave none."""
        if not self._left.is_set():
            self._left.set()
            found_mute(self._service)
            log.warning("stt_socket_mute", host=self._host)
            self._ask_files()

    async def _follow(self) -> None:
        options = APIConnectOptions(max_retry=0, timeout=PATIENCE)
        self._stream = stream = self._source.stream(conn_options=options)
        self._hears_whole = not self._is_speaking
        try:
            async for event in stream:
                self._on_event(event)
        finally:
            self._stream, self._hears_whole = None, False
            self._ask_files()
            await stream.aclose()

    def _on_event(self, event: stt.SpeechEvent) -> None:
        if event.type is stt.SpeechEventType.INTERIM_TRANSCRIPT:
            self._answered_at = 0.0
            if not self._is_speaking and self._awaited:
                self._wait()
            self._to.words_by_socket(mend(event.alternatives[0].text), settled=False)
        elif event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
            self._gave_words = self._final_is_counted = True
            self._settle()
            self._to.words_by_socket(mend(event.alternatives[0].text), settled=True)
        elif event.type is stt.SpeechEventType.RECOGNITION_USAGE:
            self._to.used(event)
            had_words, self._final_is_counted = self._final_is_counted, False
            if not had_words:
                self._answered_without_words()

    def _answered_without_words(self) -> None:
        """Doubts it once: a socket may open, take speech and never know a word."""
        voice = sum(each.voice for each in self._awaited)
        if not self._gave_words and voice >= VOICE_WORTH_ANOTHER_LOOK:
            self._doubt()
        elif self._awaited or (self._is_speaking and self._gave_words):
            self._settle()
            self._to.words_by_socket("", settled=True)

    def _settle(self) -> None:
        """The socket has spoken of all that was said so far.

        It may do so before it is sure here that the speech has ended. Where nothing is due, the
        answer is to what is being said.
        """
        self._stop_waiting()
        self._answered_at = 0.0 if self._awaited or self._asked_of_files else time.time()
        answered, self._awaited = self._awaited, []
        for each in self._asked_of_files:
            each.is_answered = True
        self._asked_of_files = []
        self._to.answered(answered)

    def _doubt(self) -> None:
        """Words for what is awaited, from a file, will prove that the socket is mute."""
        for each in self._awaited:
            each.doubts_socket = True
        self._ask_files()

    def _ask_files(self) -> None:
        self._stop_waiting()
        self._asked_of_files, self._awaited = self._awaited, []
        for each in self._asked_of_files:
            self._to.by_file(each)

    def _wait(self) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._doubt)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
