"""Servers that speak, each in its way: what is a voice is heard right, what is none is an error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.tts import Speech
from config.services import Service
from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.sound import SECONDS_A_CHARACTER
from livekit.agents import APIConnectOptions

TEXT = "A sentence that is heard."
SECONDS = len(TEXT) * SECONDS_A_CHARACTER
FIRST_BYTE = 2.0
ONCE = APIConnectOptions(max_retry=0, timeout=5)


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as running:
        yield running


async def spoken(
    api: OpenAIStandIn, options: APIConnectOptions = ONCE, rate: float | None = None
) -> np.ndarray:
    """The samples that one request for speech gives."""
    service = Service(api.base_url, "sk-x", "tts-1", first_byte=FIRST_BYTE)
    voice = Speech(service, "alloy", rate)
    async with voice.synthesize(TEXT, conn_options=options) as stream:
        frame = await asyncio.wait_for(stream.collect(), 20)
    assert (frame.sample_rate, frame.num_channels) == (24_000, 1)
    return np.frombuffer(frame.data, dtype="<i2").astype(float)


def pitch(samples: np.ndarray) -> float:
    """The lowest strong frequency in hertz: the stand-in's voice has one of 160."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * 24_000 / len(samples))


@pytest.mark.parametrize(
    "habit",
    [
        "",
        "pcm_16000",
        "pcm_stereo",
        "l16_22050",
        "l16_little",
        "pcm_as_html",
        "wav_as_pcm",
        "wav_float",
        "mp3_as_pcm",
        "bare_mp3",
        "ogg_as_octets",
        "flac",
        "aiff",
        "floats",
        "events",
        "events_without_blank",
        "refuses_stream_format",
        "refuses_instructions",
        "refuses_speed",
    ],
)
async def test_a_voice_is_heard_at_its_pitch_and_length(api: OpenAIStandIn, habit: str) -> None:
    api.set_habit("tts", habit)
    samples = await spoken(api)
    assert len(samples) / 24_000 == pytest.approx(SECONDS, abs=0.12)
    assert pitch(samples) == pytest.approx(160, abs=3)
    assert len(api.requests("/v1/audio/speech")) == 1


@pytest.mark.parametrize(
    ("habit", "reason"),
    [
        ("html", "web_page"),
        ("html_as_audio", "web_page"),
        ("json", "wrong_answer"),
        ("json_as_audio", "wrong_answer"),
        ("text", "wrong_answer"),
        ("empty", "empty"),
        ("silence", "empty"),
        ("picture", "wrong_answer"),
        ("half_wav_head", "wrong_answer"),
        ("broken_mp3", "wrong_answer"),
        ("events_with_error", "wrong_answer"),
        ("events_broken", "wrong_answer"),
        ("refuses_all", "rejected"),
    ],
)
async def test_what_is_no_voice_is_an_error(api: OpenAIStandIn, habit: str, reason: str) -> None:
    api.set_habit("tts", habit)
    with pytest.raises(ServiceError) as found:
        await spoken(api)
    assert found.value.reason == reason
    assert found.value.host == f"127.0.0.1:{api.port}"
    assert TEXT not in repr(found.value)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("refuse_401", "refused"),
        ("limit_429", "limited"),
        ("error_500", "failed"),
        ("garbage", "web_page"),
        ("drop_mid_stream", "broken_off"),
        ("hang", "slow"),
    ],
)
async def test_each_fault_has_its_reason(api: OpenAIStandIn, fault: str, reason: str) -> None:
    api.set_fault("tts", fault)  # type: ignore[arg-type]
    with pytest.raises(ServiceError) as found:
        await spoken(api)
    assert found.value.reason == reason


async def test_a_server_that_is_not_there_is_unreachable(api: OpenAIStandIn) -> None:
    api.stop()
    with pytest.raises(ServiceError) as found:
        await spoken(api)
    assert found.value.reason == "unreachable"


@pytest.mark.parametrize(
    ("habit", "formats", "voices"),
    [
        ("refuses_pcm", ["pcm", "wav"], ["alloy", "alloy"]),
        ("refuses_pcm_plainly", ["pcm", "wav"], ["alloy", "alloy"]),
        ("takes_mp3_alone", ["pcm", "wav", "mp3"], ["alloy"] * 3),
        ("refuses_formats", ["pcm", "wav", "mp3", "mp3"], ["alloy"] * 4),
    ],
)
async def test_a_refused_format_is_asked_for_otherwise_and_remembered(
    api: OpenAIStandIn, habit: str, formats: list[str], voices: list[str]
) -> None:
    api.set_habit("tts", habit)
    assert pitch(await spoken(api)) == pytest.approx(160, abs=3)
    asked = api.requests("/v1/audio/speech")
    assert [one.response_format for one in asked] == formats
    assert [one.voice for one in asked] == voices
    assert pitch(await spoken(api)) == pytest.approx(160, abs=3)
    assert len(api.requests("/v1/audio/speech")) == len(formats) + 1


@pytest.mark.parametrize("habit", ["", "refuses_speed", "refuses_speed_plainly"])
async def test_how_fast_is_said_where_it_is_set_and_taken(api: OpenAIStandIn, habit: str) -> None:
    api.set_habit("tts", habit)
    for rate in (1.25, 1.25, None):
        assert len(await spoken(api, rate=rate)) > 0
    asked = api.requests("/v1/audio/speech")
    told = [1.25, None, None, None] if habit else [1.25, 1.25, None]
    assert [one.speed for one in asked] == told
    assert {(one.voice, one.response_format) for one in asked} == {("alloy", "pcm")}


async def test_a_voice_that_nobody_has_is_left_to_the_server(api: OpenAIStandIn) -> None:
    api.needs_voice = False
    api.set_habit("tts", "refuses_voice")
    assert len(await spoken(api)) > 0
    assert [one.voice for one in api.requests("/v1/audio/speech")] == ["alloy", None]


async def test_a_request_that_never_works_is_not_asked_without_end(api: OpenAIStandIn) -> None:
    api.set_habit("tts", "refuses_all")
    with pytest.raises(ServiceError):
        await spoken(api)
    assert len(api.requests("/v1/audio/speech")) <= 8


async def test_a_voice_without_an_end_is_cut(api: OpenAIStandIn) -> None:
    api.set_habit("tts", "endless")
    seconds = len(await spoken(api)) / 24_000
    assert seconds <= 32 + len(TEXT)


async def test_an_empty_answer_is_asked_for_once_more(api: OpenAIStandIn) -> None:
    api.set_habit("tts", "empty", times=1)
    again = APIConnectOptions(max_retry=1, retry_interval=0.1, timeout=5)
    assert len(await spoken(api, again)) > 0
