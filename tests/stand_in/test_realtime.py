"""The realtime transcription socket, as OpenAI's client and livekit's plugin meet it."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import openai
import pytest
from fakes.openai_api import Delays, OpenAIStandIn
from livekit import rtc
from livekit.agents import stt as agents_stt
from livekit.plugins import openai as livekit_openai
from support import speech

pytestmark = pytest.mark.processes  # flite speaks
TRANSCRIPTION = "conversation.item.input_audio_transcription"


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as api:
        yield api


@asynccontextmanager
async def connected(api: OpenAIStandIn, silence_ms: int = 300) -> AsyncIterator[Any]:
    client = openai.AsyncOpenAI(api_key="sk-test", base_url=api.base_url, max_retries=0)
    async with client, client.realtime.connect(extra_query={"intent": "transcription"}) as socket:
        audio = {
            "format": {"type": "audio/pcm", "rate": 24_000},
            "transcription": {"model": "gpt-4o-mini-transcribe", "prompt": "names: Ada"},
            "turn_detection": {"type": "server_vad", "silence_duration_ms": silence_ms},
        }
        await socket.session.update(session={"type": "transcription", "audio": {"input": audio}})
        yield socket


async def say(socket: Any, *parts: str | float) -> None:
    samples = speech.line(*parts)[::2]
    for at in range(0, len(samples), 1200):
        audio = base64.b64encode(samples[at : at + 1200].tobytes()).decode()
        await socket.input_audio_buffer.append(audio=audio)


async def events_until(socket: Any, kind: str) -> list[Any]:
    events = []
    while not events or events[-1].type != kind:
        events.append(await asyncio.wait_for(socket.recv(), 20))
    return events


async def test_an_utterance_is_found_by_its_silence(api: OpenAIStandIn) -> None:
    api.queue_transcripts("Hello there.")
    async with connected(api) as socket:
        await say(socket, 0.5, "Hello there.", 0.5)
        events = await events_until(socket, f"{TRANSCRIPTION}.completed")
    kinds = [event.type for event in events]
    assert kinds == [
        "session.created",
        "session.updated",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        f"{TRANSCRIPTION}.delta",
        f"{TRANSCRIPTION}.delta",
        f"{TRANSCRIPTION}.completed",
    ]
    assert "".join(event.delta for event in events[5:7]) == "Hello there."
    assert events[-1].transcript == "Hello there."
    assert events[2].audio_start_ms == pytest.approx(550, abs=150)


async def test_text_is_complete_a_delay_after_the_utterance(api: OpenAIStandIn) -> None:
    api.delays = Delays(stt=1.0)
    async with connected(api) as socket:
        await say(socket, "Hello there.", 0.5)
        await events_until(socket, "input_audio_buffer.committed")
        started = time.monotonic()
        await events_until(socket, f"{TRANSCRIPTION}.completed")
    assert time.monotonic() - started >= 0.5


@pytest.mark.parametrize(("silence_ms", "utterances"), [(200, 2), (600, 1)])
async def test_a_pause_splits_an_utterance_when_it_is_longer_than_the_silence_asked_for(
    api: OpenAIStandIn, silence_ms: int, utterances: int
) -> None:
    api.queue_transcripts("one", "two")
    async with connected(api, silence_ms) as socket:
        await say(socket, "Tell me now,", 0.45, "what time it is.", 0.8)
        last = ["one", "two"][utterances - 1]
        heard: list[str] = []
        while last not in heard:
            events = await events_until(socket, f"{TRANSCRIPTION}.completed")
            heard.append(events[-1].transcript)
    assert len(heard) == utterances


async def test_the_session_is_recorded_with_key_model_and_prompt(api: OpenAIStandIn) -> None:
    async with connected(api) as socket:
        await events_until(socket, "session.updated")
    opened, updated = api.requests("/v1/realtime")
    assert opened.authorization == "Bearer sk-test"
    assert (updated.model, updated.prompt) == ("gpt-4o-mini-transcribe", "names: Ada")


@pytest.mark.parametrize(
    ("fault", "status"), [("refuse_401", 401), ("limit_429", 429), ("error_500", 500)]
)
async def test_refusals_happen_at_the_handshake(
    api: OpenAIStandIn, fault: Any, status: int
) -> None:
    api.set_fault("stt", fault)
    assert await handshake_status(api) == status


async def test_where_it_is_switched_off_it_does_not_exist(api: OpenAIStandIn) -> None:
    api.realtime = False
    assert await handshake_status(api) == 404


async def test_a_limit_that_strikes_an_open_session_fails_that_utterance(
    api: OpenAIStandIn,
) -> None:
    async with connected(api) as socket:
        await events_until(socket, "session.updated")
        api.set_fault("stt", "limit_429", times=1)
        await say(socket, "Hello there.", 0.5)
        events = await events_until(socket, f"{TRANSCRIPTION}.failed")
        assert events[-1].error.code == "rate_limit_exceeded"
        await say(socket, "Hello again.", 0.5)
        events = await events_until(socket, f"{TRANSCRIPTION}.completed")
        assert events[-1].transcript == api.transcript


async def test_a_dropped_session_breaks_in_the_middle_of_the_words(api: OpenAIStandIn) -> None:
    async with connected(api) as socket:
        await events_until(socket, "session.updated")
        api.set_fault("stt", "drop_mid_stream")
        await say(socket, "Hello there.", 0.5)
        await events_until(socket, f"{TRANSCRIPTION}.delta")
        with pytest.raises(Exception, match="1011"):
            await events_until(socket, f"{TRANSCRIPTION}.completed")


async def test_livekits_own_plugin_hears_the_words(api: OpenAIStandIn) -> None:
    api.queue_transcripts("Hello there.")
    async with aiohttp.ClientSession() as http:
        recogniser = livekit_openai.STT(use_realtime=True, base_url=api.base_url, api_key="sk-test")
        recogniser._session = http
        stream = recogniser.stream()
        samples = speech.line(0.3, "Hello there.", 1.0)[::2]
        stream.push_frame(rtc.AudioFrame(samples.tobytes(), 24_000, 1, len(samples)))
        kinds = []
        async for event in stream:
            kinds.append(event.type)
            if event.type == agents_stt.SpeechEventType.FINAL_TRANSCRIPT:
                break
        await stream.aclose()
        await recogniser.aclose()
    assert event.alternatives[0].text == "Hello there."
    assert agents_stt.SpeechEventType.INTERIM_TRANSCRIPT in kinds


async def handshake_status(api: OpenAIStandIn) -> int:
    url = f"{api.url}/v1/realtime?intent=transcription"
    async with aiohttp.ClientSession() as http:
        try:
            await http.ws_connect(url, headers={"Authorization": "Bearer sk-test"})
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status
    return 101


async def test_words_are_heard_while_somebody_speaks_when_they_are_asked_for(
    api: OpenAIStandIn,
) -> None:
    api.transcript = "One two three."
    api.delays = replace(api.delays, stt_interim=0.1)
    async with connected(api, silence_ms=200) as socket:
        begun = asyncio.create_task(say_slowly(socket, 0.2, "Hello there, my friend.", 0.6))
        events = await events_until(socket, f"{TRANSCRIPTION}.completed")
        await begun
    kinds = [event.type for event in events]
    stopped = kinds.index("input_audio_buffer.speech_stopped")
    words = "".join(event.delta for event in events if event.type == f"{TRANSCRIPTION}.delta")
    assert kinds[:stopped].count(f"{TRANSCRIPTION}.delta") > 5
    assert words.startswith("one two three one two")
    assert events[-1].transcript == words.capitalize() + "."
    (heard,) = api.requests("/v1/realtime/utterance")
    assert heard.audio_seconds
    assert len(words.split()) / 10 <= heard.audio_seconds + 0.6, "no word before it was heard"


async def say_slowly(socket: Any, *parts: str | float) -> None:
    """Says it as fast as a person does."""
    samples = speech.line(*parts)[::2]
    for at in range(0, len(samples), 1200):
        audio = base64.b64encode(samples[at : at + 1200].tobytes()).decode()
        await socket.input_audio_buffer.append(audio=audio)
        await asyncio.sleep(0.05)
