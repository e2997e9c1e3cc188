"""A socket that answers before it is sure here that the speech has ended owes nothing more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from agent_manager.providers.openai import listening, probe
from agent_manager.providers.openai.listening import SocketListening
from agent_manager.providers.recognition.utterances import Utterance
from config.secret import Secret
from config.services import Service
from livekit import rtc
from livekit.agents import stt
from support.waiting import until_async

WORDS = "What is your name?"
PATIENCE = 0.05
SERVICE = Service("http://localhost:1/v1", Secret("sk-test"), "any")


class Source:
    """A socket whose events a test puts in."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[stt.SpeechEvent] = asyncio.Queue()

    def stream(self, **_options: Any) -> Source:
        return self

    def __aiter__(self) -> Source:
        return self

    async def __anext__(self) -> stt.SpeechEvent:
        return await self.events.get()

    def says(self, kind: stt.SpeechEventType, words: str = "") -> None:
        spoken = [stt.SpeechData(text=words, language="")]  # type: ignore[arg-type]
        self.events.put_nowait(stt.SpeechEvent(type=kind, alternatives=spoken))

    def settles(self, words: str = WORDS) -> None:
        if words:
            self.says(stt.SpeechEventType.FINAL_TRANSCRIPT, words)
        self.says(stt.SpeechEventType.RECOGNITION_USAGE)

    async def aclose(self) -> None:
        pass


class Recorder:
    """What the listening asked for."""

    def __init__(self) -> None:
        self.settled: list[str] = []
        self.files: list[Utterance] = []
        self.answers: list[Utterance] = []
        self.used_count = 0

    def words_by_socket(self, text: str, *, settled: bool) -> None:
        self.settled += [text] if settled else []

    def words_now(self, text: str) -> None:
        pass

    def by_file(self, utterance: Utterance) -> None:
        self.files.append(utterance)

    def answered(self, utterances: list[Utterance]) -> None:
        self.answers += utterances

    def used(self, _event: stt.SpeechEvent) -> None:
        self.used_count += 1


@asynccontextmanager
async def listens() -> AsyncIterator[tuple[SocketListening, Source, Recorder]]:
    source, recorder = Source(), Recorder()
    ears = SocketListening(SERVICE, lambda *_: source, recorder)  # type: ignore[arg-type, return-value]
    running = asyncio.create_task(ears.run())
    await until_async(lambda: ears._hears_whole, what="the socket is open")
    try:
        yield ears, source, recorder
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PATIENCE", PATIENCE)


async def settled(source: Source, recorder: Recorder, words: str = WORDS) -> None:
    before = recorder.used_count
    source.settles(words)
    await until_async(lambda: recorder.used_count > before, what="it is told")


def spoken(ended_at: float) -> Utterance:
    sound = rtc.AudioFrame(bytes(2 * 1600), 16_000, 1, 1600)
    return Utterance(sound, voice=1.0, begins=0.0, ends=0.1, ended_at=ended_at)


@pytest.mark.parametrize("words", [WORDS, ""], ids=["words", "no words"])
async def test_an_answer_after_the_last_sound_is_the_answer_to_it(words: str) -> None:
    async with listens() as (ears, source, recorder):
        await settled(source, recorder)
        ears.speech_began()
        last_sound = time.time()
        await settled(source, recorder, words)
        utterance = spoken(last_sound)
        assert ears.takes(utterance)
        assert recorder.answers == [utterance]
        await asyncio.sleep(3 * PATIENCE)
        assert recorder.settled == [WORDS, words]
        assert recorder.files == []
    assert not probe.is_mute(SERVICE)


async def test_speech_after_an_answer_is_owed_words() -> None:
    async with listens() as (ears, source, recorder):
        ears.speech_began()
        await settled(source, recorder)
        utterance = spoken(time.time())
        assert ears.takes(utterance)
        await until_async(lambda: recorder.files, what="a file is asked")
        assert recorder.files == [utterance]


async def test_words_so_far_after_an_answer_are_of_speech_that_is_owed_words() -> None:
    async with listens() as (ears, source, recorder):
        ears.speech_began()
        last_sound = time.time()
        source.says(stt.SpeechEventType.FINAL_TRANSCRIPT, WORDS)
        source.says(stt.SpeechEventType.INTERIM_TRANSCRIPT, "And")
        source.says(stt.SpeechEventType.RECOGNITION_USAGE)
        await until_async(lambda: recorder.used_count, what="it is told")
        assert ears.takes(spoken(last_sound))
        await until_async(lambda: recorder.files, what="a file is asked")


async def test_a_late_answer_to_what_was_said_before_is_none_to_what_is_said_now() -> None:
    async with listens() as (ears, source, recorder):
        ears.speech_began()
        first, second = spoken(time.time()), spoken(time.time())
        assert ears.takes(first)
        ears.speech_began()
        await settled(source, recorder)
        assert recorder.answers == [first]
        assert ears.takes(second)
        await until_async(lambda: recorder.files, what="a file is asked")
        assert recorder.files == [second]
