"""Bodies of sound in many dresses: heard at their pitch and length, or said to be no voice."""

from __future__ import annotations

import base64
import gzip
import json
import struct
from collections.abc import AsyncIterator

import numpy as np
import pytest
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.sound.decoding import samples_of
from fakes.openai_api.habits.tts import contained

RATE, PITCH = 24_000, 160
TONE = (6000 * np.sin(2 * np.pi * PITCH * np.arange(RATE) / RATE)).astype("<i2")
PCM = TONE.tobytes()
OCTETS = ((TONE.astype(int) >> 8) + 128).astype(np.uint8).tobytes()
FLOATS = (TONE / 32768).astype("<f4").tobytes()
TRIPLES = b"".join(b"\0" + TONE[at : at + 1].tobytes() for at in range(len(TONE)))
NOTE = b"LIST" + struct.pack("<I", 26) + b"INFOISFT\x0e\0\0\0Lavf60.16.100\0"
NAMES = {"mulaw": "pcm_mulaw", "alaw": "pcm_alaw"}


def wav(data: bytes, length: int | None = None, note: bytes = b"") -> bytes:
    """A WAV of 16 bits whose head tells of `length` bytes of samples."""
    size = len(data) if length is None else length
    head = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    return (
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0"
        + head
        + note
        + b"data"
        + struct.pack("<I", size)
        + data
    )


def telephone(name: str) -> bytes:
    """The tone as a telephone sends it, without a container."""
    found = contained(PCM, "wav", NAMES[name])
    return found[found.index(b"data") + 8 :]


async def heard(body: bytes, header: str, size: int = 3001) -> np.ndarray:
    """The samples of a body that comes in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), size):
            yield body[at : at + size]

    found = b"".join([piece async for piece in samples_of(pieces(), header)])
    return np.frombuffer(found, dtype="<i2").astype(float)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (wav(PCM, note=NOTE), "audio/wav"),
        (wav(PCM) + NOTE, "audio/wav"),
        (wav(PCM, 0xFFFFFFFF), "audio/wav"),
        (wav(PCM, 0), "audio/wav"),
        (PCM + b"\x01", "audio/pcm"),
        (telephone("mulaw"), "audio/x-mulaw;rate=24000"),
        (telephone("mulaw"), "audio/PCMU;rate=24000"),
        (telephone("alaw"), "audio/PCMA;rate=24000"),
        (OCTETS, "audio/L8;rate=24000"),
        (TRIPLES, "audio/L24;rate=24000"),
        (FLOATS, "audio/pcm;encoding=float;bits=32"),
        (PCM, "audio/pcm;rate=0;channels=0"),
        (PCM, "audio/pcm;rate=999999999;channels=99"),
        (contained(PCM, "aiff", "pcm_s16be"), "audio/aiff"),
        (contained(PCM, "au", "pcm_s16be"), "audio/basic"),
        (contained(PCM, "flac", "flac"), "audio/flac"),
        (contained(PCM, "caf", "pcm_s16le"), "application/octet-stream"),
    ],
)
async def test_each_kind_of_samples_is_heard_right(body: bytes, header: str) -> None:
    found = await heard(body, header)
    assert len(found) == pytest.approx(RATE, abs=10)
    assert int(np.argmax(np.abs(np.fft.rfft(found)))) == pytest.approx(PITCH, abs=1)
    assert 5000 < np.abs(found).max() < 6500


async def test_a_telephone_s_rate_is_its_own_where_none_is_named() -> None:
    assert len(await heard(telephone("mulaw"), "audio/basic")) == pytest.approx(3 * RATE, rel=0.01)


async def test_silence_before_the_voice_is_left_out_and_silence_alone_is_none() -> None:
    assert len(await heard(bytes(48_000) + PCM, "audio/pcm", 4_800)) < 1.2 * RATE
    for body in (bytes(48_000), wav(bytes(48_000)), wav(b""), b"\0"):
        assert not len(await heard(body, "audio/pcm"))


def event(sound: str) -> bytes:
    return b"data: " + json.dumps({"type": "speech.audio.delta", "audio": sound}).encode() + b"\n\n"


@pytest.mark.parametrize(
    ("body", "header", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + PCM, "audio/pcm", "wrong_answer"),
        (b"%PDF-1.7\n" + PCM, "audio/pcm", "wrong_answer"),
        (b"PK\x03\x04" + PCM, "audio/pcm", "wrong_answer"),
        (gzip.compress(PCM), "audio/pcm", "wrong_answer"),
        (b"<?xml version='1.0'?><Error>no such voice</Error>", "application/xml", "wrong_answer"),
        ("<html>Sign in here, please, or go away</html>".encode("utf-16"), "", "web_page"),
        (base64.b64encode(PCM), "audio/pcm", "wrong_answer"),
        (event("!!! no sound !!!"), "text/event-stream", "wrong_answer"),
        (event(base64.b64encode(PCM).decode()[:-3]), "text/event-stream", "wrong_answer"),
        (b'data: {"audio": 7}\n\n', "text/event-stream", "wrong_answer"),
        (b'data: {"type": "speech.audio.done"}\n\n', "text/event-stream", "empty"),
        (b"#!AMR\n" + bytes(100), "audio/amr", "wrong_answer"),
    ],
)
async def test_what_is_no_sound_is_said_to_be_none(body: bytes, header: str, reason: str) -> None:
    with pytest.raises(ServiceError) as found:
        await heard(body, header)
    assert found.value.reason == reason
