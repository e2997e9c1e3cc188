"""A plugin's voice against its stand-in: heard, refused, and replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.fallback.adapters import TwoVoices
from agent_manager.providers.making import make_voice, prepare
from agent_manager.providers.voice import Voice
from config.secret import Secret
from config.services import Service
from fakes.providers import ProvidersStandIn
from livekit.agents import APIConnectOptions

ONCE = APIConnectOptions(max_retry=0, timeout=6)
TEXT = "Good evening to you."


@pytest.fixture(scope="module")
def providers() -> Iterator[ProvidersStandIn]:
    with ProvidersStandIn() as running:
        yield running


async def made(name: str, url: str, key: str) -> Voice:
    service = Service(url, Secret(key), "a-model", provider=name)
    await prepare([service])
    return make_voice(service, "someone", None, "en")


async def seconds_of(voice: Voice) -> float:
    """How much sound the text becomes."""
    async with voice.synthesize(TEXT, conn_options=ONCE) as spoken:
        return sum([audio.frame.duration async for audio in spoken])


@pytest.mark.parametrize("name", ["elevenlabs", "deepgram"])
async def test_a_text_is_spoken_whole(providers: ProvidersStandIn, name: str) -> None:
    voice = await made(name, providers.url, providers.key)
    assert await seconds_of(voice) == pytest.approx(len(TEXT) * 0.06, abs=0.1)
    await voice.aclose()


@pytest.mark.parametrize("name", ["elevenlabs", "deepgram"])
async def test_a_wrong_key_is_refused(providers: ProvidersStandIn, name: str) -> None:
    voice = await made(name, providers.url, "another")
    with pytest.raises(ServiceError) as refused:
        await seconds_of(voice)
    assert refused.value.reason == "refused"
    await voice.aclose()


async def test_another_voice_takes_over_and_that_is_told(providers: ProvidersStandIn) -> None:
    first = await made("elevenlabs", providers.url, "another")
    both = TwoVoices([first, await made("deepgram", providers.url, providers.key)])
    told: list[tuple[str, str]] = []
    both.switching.tell = lambda one: told.append((one.after.provider, one.reason))
    assert await seconds_of(both) > 1
    assert told == [("deepgram", "refused")]
    assert both.service.provider == "deepgram"
    await both.aclose()
