"""POST /v1/audio/speech through the official client."""

import base64
import io
import json
import re
import time
import wave
from typing import TYPE_CHECKING

import httpx
import numpy as np
import openai
import pytest

if TYPE_CHECKING:
    from offline_server import Server

SENTENCE = "please remind me to buy some milk tomorrow morning"
RATE = 24_000


def speak(client: openai.OpenAI, text: str, **options: object) -> bytes:
    settings = {"model": "tts-1", "voice": "alloy", "response_format": "pcm", **options}
    return client.audio.speech.create(input=text, **settings).content  # type: ignore[arg-type]


@pytest.fixture
def voice_engine(server: "Server") -> str:
    """`hibari`, `flite` or `espeak`, as the log says."""
    return re.findall(r"voice: (\w+)", server.log.read_text())[0]


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, np.int16).astype(float)


def alike(length: int) -> object:
    """The same length but for a moment: flite's breath is random, and cut where it is quiet."""
    return pytest.approx(length, abs=RATE // 5)


def pitch(sound: np.ndarray) -> float:
    """The usual pitch in hertz, where the sound is most like itself a period later."""
    power = np.abs(np.fft.rfft(sound, 2 * len(sound))) ** 2
    likeness = np.fft.irfft(power)[: RATE // 70]
    return RATE / (RATE // 300 + int(np.argmax(likeness[RATE // 300 :])))


def test_pcm_is_audible_and_as_long_as_speech(client: openai.OpenAI) -> None:
    sound = samples(speak(client, SENTENCE))
    assert 2 < len(sound) / RATE < 5
    assert np.sqrt(np.mean(sound**2)) > 500
    assert np.abs(sound).max() < 32_767


def test_wav_is_24_khz_mono_16_bit(client: openai.OpenAI) -> None:
    sound = speak(client, SENTENCE, response_format="wav")
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
    assert len(sound) - 44 == alike(len(speak(client, SENTENCE)))


def test_what_is_spoken_can_be_recognised(client: openai.OpenAI) -> None:
    sound = speak(client, SENTENCE, voice="onyx", response_format="wav")
    heard = client.audio.transcriptions.create(model="whisper-1", file=("a.wav", sound)).text
    assert {"remind", "milk", "tomorrow", "morning"} <= set(re.findall("[a-z]+", heard.lower()))


def test_sentences_are_joined_without_clicks(client: openai.OpenAI) -> None:
    sound = samples(speak(client, "Yes. No. Perhaps. Who knows?"))
    step = np.abs(np.diff(sound))
    quiet = np.convolve(np.abs(sound), np.ones(48) / 48, "same")[1:] < 60
    assert quiet.sum() > RATE * 0.2
    assert step[quiet].max() < 600
    assert abs(sound[0]) < 60
    assert abs(sound[-1]) < 60


def test_nothing_folds_back_above_the_voice(client: openai.OpenAI, voice_engine: str) -> None:
    if voice_engine == "hibari":
        pytest.skip("hibari speaks at 24 kHz, so nothing is resampled")
    power = np.abs(np.fft.rfft(samples(speak(client, SENTENCE)))) ** 2
    frequency = np.fft.rfftfreq(2 * (len(power) - 1), 1 / RATE)
    assert power[frequency > 8_500].sum() < 1e-5 * power.sum()


def test_speed_is_honoured(client: openai.OpenAI) -> None:
    usual, fast, slow = (len(speak(client, SENTENCE, speed=speed)) for speed in (1.0, 1.5, 0.75))
    assert usual / fast == pytest.approx(1.5, rel=0.15)
    assert usual / slow == pytest.approx(0.75, rel=0.15)
    assert len(speak(client, SENTENCE)) == alike(usual)


def test_voices_differ_and_unknown_ones_speak(client: openai.OpenAI, voice_engine: str) -> None:
    if voice_engine == "hibari":
        pytest.skip("hibari has one voice")
    alloy, onyx, unknown = (
        pitch(samples(speak(client, SENTENCE, voice=name))) for name in ("alloy", "onyx", "nobody")
    )
    assert alloy > 1.2 * onyx
    assert unknown == pytest.approx(alloy, rel=0.1)


def test_the_first_sentence_comes_before_the_last_is_made(client: openai.OpenAI) -> None:
    long = " ".join(f"This is sentence number {n} of a long text." for n in range(30))
    began = time.monotonic()
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=long, response_format="pcm"
    ) as response:
        arrived = [(time.monotonic(), len(chunk)) for chunk in response.iter_bytes()]
    ended = time.monotonic()
    assert sum(size for _, size in arrived) > RATE * 2 * 40
    assert arrived[0][0] - began < (ended - began) / 4


def test_sse_carries_the_same_sound(client: openai.OpenAI) -> None:
    body = {
        "model": "gpt-4o-mini-tts",
        "voice": "alloy",
        "input": "Hello.",
        "response_format": "pcm",
        "stream_format": "sse",
    }
    answer = httpx.post(f"{client.base_url}audio/speech", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert events[-1]["type"] == "speech.audio.done"
    assert len(sound) == alike(len(speak(client, "Hello.")))
    assert np.sqrt(np.mean(samples(sound) ** 2)) > 500


ODD_TEXTS = ["...", "\u2026 \U0001f642", "na\u00efve \u201ccaf\u00e9\u201d", "a" * 300]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_texts_are_answered_with_sound(client: openai.OpenAI, text: str) -> None:
    assert len(speak(client, text)) > 1_000


def test_the_neural_voice_is_loud_and_not_clipped(client: openai.OpenAI, voice_engine: str) -> None:
    if voice_engine != "hibari":
        pytest.skip("no neural voice here")
    sound = samples(speak(client, SENTENCE)) / 32_768
    assert -22 < 20 * np.log10(np.sqrt(np.mean(sound**2))) < -15
    assert np.abs(sound).max() < 0.98


def test_a_script_that_cannot_be_spoken_is_a_short_silence(
    client: openai.OpenAI, voice_engine: str
) -> None:
    if voice_engine != "hibari":
        pytest.skip("no neural voice here")
    sound = samples(speak(client, "\u3053\u3093\u306b\u3061\u306f"))
    assert len(sound) == RATE // 10
    assert not sound.any()
