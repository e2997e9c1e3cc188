"""POST /v1/audio/transcriptions through the official client."""

import io
import re
import threading
import time
import wave
from collections.abc import Callable
from typing import Literal

import httpx
import jiwer
import numpy as np
import openai
import pytest
from support.limits import is_nearly_in_time

from local_ai.audio import read_wav, to_pcm16

SENTENCES = (
    "please remind me to buy some milk tomorrow morning",
    "i would like to travel to japan with my brother next year",
    "what is the weather like in london today",
)
Say = Callable[[str], bytes]


def words(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalnum() or each == " ").strip()


def wav(pcm: np.ndarray, rate: int, channels: int = 1, width: int = 2) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(pcm.tobytes())
    return target.getvalue()


def test_spoken_sentences_come_back(client: openai.OpenAI, say: Say) -> None:
    heard = [
        words(client.audio.transcriptions.create(model="whisper-1", file=("a.wav", say(each))).text)
        for each in SENTENCES
    ]
    assert jiwer.wer(list(SENTENCES), heard) <= 0.15


def test_text_format_is_the_bare_words(client: openai.OpenAI, say: Say) -> None:
    heard = client.audio.transcriptions.create(
        model="any-name", file=("a.wav", say(SENTENCES[0])), response_format="text"
    )
    assert isinstance(heard, str)
    assert "milk" in heard
    assert "{" not in heard


def test_verbose_json_says_how_long_and_where(client: openai.OpenAI, say: Say) -> None:
    sound = say(SENTENCES[0])
    heard = client.audio.transcriptions.create(
        model="whisper-1", file=("a.wav", sound), response_format="verbose_json"
    )
    with wave.open(io.BytesIO(sound)) as file:
        seconds = file.getnframes() / file.getframerate()
    assert heard.duration == pytest.approx(seconds, abs=0.05)
    assert heard.segments
    assert 0 <= heard.segments[0].start < heard.segments[-1].end <= seconds
    assert heard.text == " ".join(segment.text for segment in heard.segments)


def test_streamed_deltas_add_up_to_the_text(client: openai.OpenAI, say: Say) -> None:
    events = list(
        client.audio.transcriptions.create(
            model="gpt-4o-transcribe", file=("a.wav", say(SENTENCES[0])), stream=True
        )
    )
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert events[-1].type == "transcript.text.done"
    assert "".join(deltas) == events[-1].text
    assert "milk" in events[-1].text


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_any_rate_and_stereo_are_understood(client: openai.OpenAI, say: Say, rate: int) -> None:
    mono = np.frombuffer(to_pcm16(read_wav(say(SENTENCES[2]), rate)), np.int16)
    stereo = np.repeat(mono, 2)
    heard = client.audio.transcriptions.create(
        model="whisper-1", file=("a.wav", wav(stereo, rate, channels=2))
    )
    assert jiwer.wer(SENTENCES[2], words(heard.text)) <= (0.5 if rate == 8_000 else 0.25)


def test_silence_and_noise_have_no_words(client: openai.OpenAI) -> None:
    noise = np.random.default_rng(1).normal(0, 60, 32_000).astype(np.int16)
    for sound in (np.zeros(32_000, np.int16), noise, np.zeros(0, np.int16)):
        heard = client.audio.transcriptions.create(model="x", file=("a.wav", wav(sound, 16_000)))
        assert heard.text == ""


def test_speech_that_begins_at_once_is_heard(client: openai.OpenAI, say: Say) -> None:
    sound = np.frombuffer(to_pcm16(read_wav(say(SENTENCES[2]), 16_000)), np.int16)
    loud = np.flatnonzero(np.abs(sound) > 3_000)
    clipped = sound[loud[0] : loud[-1]]
    heard = client.audio.transcriptions.create(model="x", file=("a.wav", wav(clipped, 16_000)))
    assert "london" in words(heard.text)


def test_recognising_does_not_hold_up_other_requests(client: openai.OpenAI, say: Say) -> None:
    sound = np.frombuffer(say(SENTENCES[1])[44:], np.int16)
    long = wav(np.tile(sound, 8), 16_000)
    texts: list[str] = []

    def transcribe() -> None:
        texts.append(client.audio.transcriptions.create(model="x", file=("a.wav", long)).text)

    threads = [threading.Thread(target=transcribe) for _ in range(2)]
    for thread in threads:
        thread.start()
    slowest, asked = 0.0, 0
    asking = httpx.Client(base_url=str(client.base_url))
    while any(thread.is_alive() for thread in threads):
        began = time.monotonic()
        asking.get("models").raise_for_status()
        slowest, asked = max(slowest, time.monotonic() - began), asked + 1
        threads[0].join(0.02)
    asking.close()
    assert asked > 5
    assert is_nearly_in_time(slowest, 0.5)
    assert [text.count("brother") for text in texts] == [8, 8]


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("srt", r"1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\n"),
        ("vtt", r"WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\n"),
    ],
)
def test_subtitles_have_words_and_their_times(
    client: openai.OpenAI, say: Say, kind: Literal["srt", "vtt"], beginning: str
) -> None:
    heard = client.audio.transcriptions.create(
        model="any-name", file=("a.wav", say(SENTENCES[0])), response_format=kind
    )
    assert re.match(beginning, str(heard))
    assert "milk" in str(heard)
