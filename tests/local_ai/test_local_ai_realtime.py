"""The realtime transcription socket: raw, by OpenAI's client, and by livekit's plugin."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import jiwer
import numpy as np
import pytest
from livekit import rtc
from livekit.agents import stt
from livekit.agents.utils import http_context
from livekit.plugins import openai as livekit_openai
from offline_server import BEST, FALLBACK
from openai import AsyncOpenAI
from support.limits import is_nearly_in_time
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from local_ai.audio import read_wav, to_pcm16

RATE = 24_000
PIECE = RATE // 20 * 2
SENTENCE = "please remind me to buy some milk tomorrow morning"
DEADLINE = 40.0
TRANSCRIPTION = "conversation.item.input_audio_transcription"
Say = Callable[[str], bytes]
pytestmark = pytest.mark.parametrize("server", [BEST, FALLBACK], indirect=True)


@pytest.fixture
async def socket(server: Any) -> AsyncIterator[ClientConnection]:
    async with connect(address(server)) as connected:
        assert (await receive(connected))["type"] == "session.created"
        yield connected


def bare(text: str) -> str:
    """The words without case and punctuation."""
    return "".join(each for each in text.lower() if each.isalnum() or each == " ")


def address(server: Any, query: str = "intent=transcription&model=any") -> str:
    return f"{server.url.replace('http', 'ws')}/realtime?{query}"


def speech(say: Say, text: str = SENTENCE, lead: float = 0.5, tail: float = 0.0) -> bytes:
    """24 kHz speech that ends with its last sound, between silences of the given seconds."""
    sound = read_wav(say(text), RATE)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    silences = [np.zeros(int(RATE * seconds), np.float32) for seconds in (lead, tail)]
    return to_pcm16(np.concatenate([silences[0], sound[loud[0] : loud[-1]], silences[1]]))


async def receive(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(await asyncio.wait_for(socket.recv(), DEADLINE))


async def send(socket: ClientConnection, kind: str, **fields: Any) -> None:
    await socket.send(json.dumps({"type": kind, **fields}))


async def append(socket: ClientConnection, pcm: bytes) -> None:
    for at in range(0, len(pcm), PIECE):
        audio = base64.b64encode(pcm[at : at + PIECE]).decode()
        await send(socket, "input_audio_buffer.append", audio=audio)


async def until(socket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    events = [await receive(socket)]
    while events[-1]["type"] != kind:
        events.append(await receive(socket))
    return events


def update(turn_detection: dict[str, Any] | None, **audio: Any) -> dict[str, Any]:
    return {
        "type": "transcription",
        "audio": {"input": {"turn_detection": turn_detection, **audio}},
    }


async def test_speech_becomes_events_in_order(socket: ClientConnection, say: Say) -> None:
    await append(socket, speech(say, tail=1.0))
    events = await until(socket, f"{TRANSCRIPTION}.completed")
    kinds = list(dict.fromkeys(event["type"] for event in events))
    assert [kind for kind in kinds if not kind.endswith("delta")] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        f"{TRANSCRIPTION}.completed",
    ]
    assert len({event["item_id"] for event in events if "item_id" in event}) == 1
    assert jiwer.wer(SENTENCE, bare(events[-1]["transcript"])) <= 0.25
    deltas = "".join(event.get("delta", "") for event in events)
    assert jiwer.wer(SENTENCE, bare(deltas)) <= 0.5
    started, stopped = events[0], next(e for e in events if "audio_end_ms" in e)
    assert started["audio_start_ms"] == pytest.approx(500, abs=250)
    assert stopped["audio_end_ms"] == pytest.approx(len(speech(say)) / 48, abs=250)


async def test_words_come_while_speaking_and_the_final_soon_after(
    socket: ClientConnection, say: Say
) -> None:
    await send(socket, "session.update", session=update({"silence_duration_ms": 200}))
    arrivals: list[tuple[float, dict[str, Any]]] = []

    async def collect() -> None:
        while not arrivals or not arrivals[-1][1]["type"].endswith("completed"):
            arrivals.append((time.monotonic(), await receive(socket)))

    collecting = asyncio.create_task(collect())
    pcm = speech(say)
    ended = await append_in_real_time(socket, pcm)
    await append_in_real_time(socket, bytes(RATE * 2))
    await collecting
    first = next(at for at, event in arrivals if event["type"].endswith("delta"))
    assert first < ended - 1.0
    assert is_nearly_in_time(arrivals[-1][0] - ended, 1.0)


async def append_in_real_time(socket: ClientConnection, pcm: bytes) -> float:
    began = time.monotonic()
    for at in range(0, len(pcm), PIECE):
        await append(socket, pcm[at : at + PIECE])
        await asyncio.sleep(began + (at + PIECE) / (RATE * 2) - time.monotonic())
    return time.monotonic()


async def test_silence_duration_decides_where_speech_is_cut(
    socket: ClientConnection, say: Say
) -> None:
    pause = bytes(RATE * 2 // 10 * 5)
    spoken = speech(say, "what time is it", tail=0) + pause + speech(say, tail=1.5, lead=0)
    for silence_ms, cuts in ((200, 2), (900, 1)):
        turns = {"type": "server_vad", "silence_duration_ms": silence_ms}
        await send(socket, "session.update", session=update(turns))
        updated = await until(socket, "session.updated")
        granted = updated[-1]["session"]["audio"]["input"]["turn_detection"]
        assert granted["silence_duration_ms"] == silence_ms
        await append(socket, spoken)
        texts = [
            (await until(socket, f"{TRANSCRIPTION}.completed"))[-1]["transcript"]
            for _ in range(cuts)
        ]
        assert "time" in texts[0]
        assert "milk" in texts[-1]


async def test_without_turn_detection_a_commit_ends_the_turn(
    socket: ClientConnection, say: Say
) -> None:
    await send(socket, "session.update", session=update(None))
    await until(socket, "session.updated")
    await append(socket, speech(say, tail=2.0) + speech(say, "what time is it", tail=1.0))
    await send(socket, "input_audio_buffer.commit")
    events = await until(socket, f"{TRANSCRIPTION}.completed")
    assert not [event for event in events if "speech_" in event["type"]]
    assert "milk" in events[-1]["transcript"]
    assert "time" in events[-1]["transcript"].lower()


async def test_a_commit_of_silence_is_an_empty_transcript(socket: ClientConnection) -> None:
    await append(socket, bytes(RATE))
    await send(socket, "input_audio_buffer.commit")
    assert (await until(socket, f"{TRANSCRIPTION}.completed"))[-1]["transcript"] == ""
    await send(socket, "input_audio_buffer.commit")
    error = (await until(socket, "error"))[-1]["error"]
    assert error["code"] == "input_audio_buffer_commit_empty"


async def test_cleared_audio_is_never_transcribed(socket: ClientConnection, say: Say) -> None:
    await append(socket, speech(say))
    await send(socket, "input_audio_buffer.clear")
    await until(socket, "input_audio_buffer.cleared")
    await append(socket, speech(say, "what time is it", tail=1.0))
    text = (await until(socket, f"{TRANSCRIPTION}.completed"))[-1]["transcript"]
    assert "time" in text
    assert "milk" not in text


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"type": "response.create"}, "type"),
        ({"type": "input_audio_buffer.append"}, "audio"),
        ({"type": "input_audio_buffer.append", "audio": "%%%"}, "audio"),
        ({"type": "input_audio_buffer.append", "audio": "QQ=="}, "audio"),
        ({"type": "session.update", "session": {"type": "realtime"}}, "session.type"),
        (
            {"type": "session.update", "session": update({"threshold": 2})},
            "session.audio.input.turn_detection.threshold",
        ),
        (
            {"type": "session.update", "session": update(None, format={"type": "audio/pcmu"})},
            "session.audio.input.format.type",
        ),
        ("no object", None),
    ],
)
async def test_a_wrong_event_is_answered_and_the_session_goes_on(
    socket: ClientConnection, message: Any, param: str | None
) -> None:
    await socket.send(json.dumps(message))
    event = await receive(socket)
    assert event["type"] == "error"
    assert event["error"]["type"] == "invalid_request_error"
    assert event["error"]["param"] == param
    await send(socket, "session.update", session=update(None))
    assert (await receive(socket))["type"] == "session.updated"


async def test_other_realtime_sessions_are_refused(server: Any) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(address(server, "model=gpt-realtime"))
    assert refused.value.response.status_code == 400
    assert json.loads(refused.value.response.body)["error"]["param"] == "intent"


async def test_more_speakers_than_decoders_are_all_heard(server: Any, say: Say) -> None:
    async def one() -> str:
        async with connect(address(server)) as socket:
            await append(socket, speech(say, "what time is it", tail=0.5))
            return (await until(socket, f"{TRANSCRIPTION}.completed"))[-1]["transcript"]

    texts = await asyncio.gather(*(one() for _ in range(9)))
    assert all("time" in text for text in texts)


async def test_openai_client_reads_the_session(server: Any, say: Say) -> None:
    client = AsyncOpenAI(base_url=server.url, api_key="any")
    async with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        await connection.session.update(session=update({"type": "server_vad"}))
        pcm = base64.b64encode(speech(say, tail=1.0)).decode()
        await connection.input_audio_buffer.append(audio=pcm)
        async with asyncio.timeout(DEADLINE):
            async for event in connection:
                if event.type == f"{TRANSCRIPTION}.completed":
                    break
        assert "milk" in event.transcript
    await client.close()


async def test_livekit_plugin_gets_interims_and_then_the_final(server: Any, say: Say) -> None:
    async with http_context.open():
        recogniser = livekit_openai.STT(use_realtime=True, base_url=server.url, api_key="any")
        stream = recogniser.stream()
        feeding = asyncio.create_task(feed(stream, speech(say, tail=1.0)))
        events: list[stt.SpeechEvent] = []
        async with asyncio.timeout(DEADLINE):
            async for event in stream:
                events.append(event)
                if event.type == stt.SpeechEventType.FINAL_TRANSCRIPT:
                    break
        await feeding
        await stream.aclose()
        await recogniser.aclose()
    kinds = [event.type for event in events]
    assert kinds[0] == stt.SpeechEventType.START_OF_SPEECH
    assert kinds.count(stt.SpeechEventType.INTERIM_TRANSCRIPT) >= 2
    assert stt.SpeechEventType.END_OF_SPEECH in kinds
    assert jiwer.wer(SENTENCE, bare(events[-1].alternatives[0].text)) <= 0.25


async def feed(stream: stt.SpeechStream, pcm: bytes) -> None:
    for at in range(0, len(pcm), PIECE):
        piece = pcm[at : at + PIECE]
        stream.push_frame(rtc.AudioFrame(piece, RATE, 1, len(piece) // 2))
        await asyncio.sleep(0.05)
