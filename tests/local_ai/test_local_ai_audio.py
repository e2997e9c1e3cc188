"""Sample rates, WAV files, and where speech begins and ends."""

import struct

import numpy as np
import pytest

from local_ai.audio import Resampler, UndecodableAudio, read_wav, resample, wav_header
from local_ai.ears.vad import SpeechDetector, Started, Stopped
from local_ai.voice.synthesis import pieces
from local_ai.voice.voices import Espeak

RATES = [(24_000, 16_000), (16_000, 24_000), (22_050, 24_000), (44_100, 16_000), (8_000, 16_000)]


def tone(hertz: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_tone_keeps_its_place_and_strength(source: int, target: int) -> None:
    result = resample(tone(1_000, source), source, target)
    expected = tone(1_000, target)
    assert len(result) == len(expected)
    middle = slice(target // 20, -target // 20)
    assert np.abs(result[middle] - expected[middle]).max() < 0.002


def test_what_the_lower_rate_cannot_carry_is_removed() -> None:
    folded = resample(tone(11_000, 48_000), 48_000, 16_000)
    assert np.abs(folded[800:-800]).max() < 0.001


@pytest.mark.parametrize(("source", "target"), RATES)
def test_pieces_give_what_the_whole_gives(source: int, target: int) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 5_000).astype(np.float32)
    resampler = Resampler(source, target)
    parts = [resampler.push(sound[at : at + 37]) for at in range(0, len(sound), 37)]
    whole = resample(sound, source, target)
    assert np.allclose(np.concatenate([*parts, resampler.flush()]), whole, atol=1e-6)


FULL_SCALE = 2**31 - 2**8


def pcm24(sound: np.ndarray) -> bytes:
    return (sound * FULL_SCALE).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


ENCODINGS = [
    (1, 8, lambda x: (x * 127 + 128).astype(np.uint8).tobytes()),
    (1, 16, lambda x: (x * 32767).astype("<i2").tobytes()),
    (1, 24, pcm24),
    (1, 32, lambda x: (x * FULL_SCALE).astype("<i4").tobytes()),
    (3, 32, lambda x: x.astype("<f4").tobytes()),
    (3, 64, lambda x: x.astype("<f8").tobytes()),
]


@pytest.mark.parametrize(("encoding", "bits", "encode"), ENCODINGS)
@pytest.mark.parametrize("extensible", [False, True])
def test_every_wav_encoding_is_read(encoding, bits, encode, extensible) -> None:
    sound = tone(440, 16_000) * np.float32(0.5)
    shown = 0xFFFE if extensible else encoding
    width = bits // 8
    layout = struct.pack("<HHIIHH", shown, 1, 16_000, 16_000 * width, width, bits)
    if extensible:
        layout += struct.pack("<HHIH14s", 22, bits, 4, encoding, b"")
    data = encode(sound)
    file = (
        b"RIFF\0\0\0\0WAVEfmt "
        + struct.pack("<I", len(layout))
        + layout
        + b"LIST\x03\0\0\0abc\0data"
        + struct.pack("<I", len(data))
        + data
    )
    assert np.abs(read_wav(file, 16_000) - sound).max() < (0.02 if bits == 8 else 0.001)


def test_a_wav_of_unknown_length_is_read() -> None:
    data = (tone(440, 16_000) * 9_000).astype("<i2").tobytes()
    assert len(read_wav(wav_header(16_000) + data + b"x", 16_000)) == len(data) // 2


def good_wav(channels: int = 1, rate: int = 16_000, bits: int = 16, encoding: int = 1) -> bytes:
    layout = struct.pack("<HHIIHH", encoding, channels, rate, 0, 0, bits)
    return b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + layout + b"data\x04\0\0\0" + bytes(4)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        bytes(100),
        good_wav()[:40],
        good_wav()[:30],
        b"RIFF\0\0\0\0WAVEdata\x04\0\0\0" + bytes(4),
        good_wav(channels=0),
        good_wav(rate=0),
        good_wav(rate=2**31),
        good_wav(bits=0),
        good_wav(bits=12),
        good_wav(encoding=85),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes) -> None:
    with pytest.raises(UndecodableAudio):
        read_wav(data, 16_000)


def test_not_a_number_is_refused() -> None:
    data = np.array([np.nan], "<f4").tobytes()
    with pytest.raises(UndecodableAudio):
        read_wav(good_wav(encoding=3, bits=32)[:-4] + data, 16_000)


def events(detector: SpeechDetector, sound: np.ndarray) -> list[Started | Stopped]:
    found = detector.push(np.clip(sound, -32768, 32767).astype("<i2").tobytes())
    return [each for each in found if isinstance(each, Started | Stopped)]


def voice(seconds: float) -> np.ndarray:
    """A buzz with the harmonics and the swell of a vowel."""
    at = np.arange(int(16_000 * seconds)) / 16_000
    buzz = sum(np.sin(2 * np.pi * 120 * n * at) / n for n in range(1, 20))
    return 4_000 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at))


def noise(seconds: float, level: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0, level, int(16_000 * seconds))


@pytest.mark.parametrize("level", [2, 60, 300])
def test_speech_is_found_in_noise(level: float) -> None:
    padded = np.concatenate([np.zeros(16_000), voice(1.0), np.zeros(16_000)])
    found = events(SpeechDetector(), padded + noise(3.0, level))
    assert [type(each) for each in found] == [Started, Stopped]
    assert found[0].at_ms == pytest.approx(1_000, abs=120)
    assert found[1].at_ms == pytest.approx(2_000, abs=160)


def test_a_click_and_steady_noise_are_no_speech() -> None:
    sound = noise(4.0, 200)
    sound[16_000:16_160] += 20_000
    assert events(SpeechDetector(), sound) == []


def test_endless_speech_is_cut() -> None:
    found = events(SpeechDetector(longest_ms=1_000), voice(2.5))
    assert [type(each) for each in found][:2] == [Started, Stopped]


def test_text_is_spoken_in_sentences_and_long_ones_in_clauses() -> None:
    spoken = ["Yes.", "It is 3.5 metres!", "Really?"]
    assert pieces("Yes. It is 3.5 metres!  \n ... Really?") == spoken
    long = pieces(", ".join(["one two three four five six"] * 20) + " " + "x" * 500)
    assert max(map(len, long)) <= 201
    assert "".join(long).count("six") == 20
    assert "".join(long).count("x") == 520
    assert pieces("... !") == []


def test_the_other_voice_speaks_where_flite_is_missing() -> None:
    engine = Espeak()
    usual, fast = engine.say("Hello there.", "alloy", 1.0), engine.say("Hello there.", "alloy", 2.0)
    assert np.abs(usual).max() > 0.1
    assert len(fast) < 0.75 * len(usual)
    assert not np.array_equal(usual, engine.say("Hello there.", "onyx", 1.0))
