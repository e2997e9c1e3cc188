"""Each provider's parts are made with what they need and nothing else, and no network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from agent_manager.providers import assemble, making
from agent_manager.providers.fallback.adapters import TwoModels, TwoRecognisers, TwoVoices
from agent_manager.providers.making import NotInstalled, make_model, make_recogniser, make_voice
from agent_manager.providers.recognition.outcome import Outcome
from agents.agent import Agent, Replies
from config.providers.registry import PROVIDERS
from config.secret import Secret
from config.services import KINDS, Kind, Service
from livekit.agents import inference

KEY = "sk-of-nobody"
KEYS_OF_OTHERS = (
    *("DEEPGRAM_API_KEY", "ASSEMBLYAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"),
    *("ELEVEN_API_KEY", "CARTESIA_API_KEY", "GROQ_API_KEY", "MISTRAL_API_KEY"),
)


@pytest.fixture(autouse=True)
def no_keys_around(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in KEYS_OF_OTHERS:
        monkeypatch.delenv(name, raising=False)
    return iter(())  # type: ignore[return-value]


def service(provider: str, kind: Kind, **options: str | float | bool) -> Service:
    """A service of a provider with a key and its default model."""
    known = PROVIDERS[provider]
    url = known.base_url or "https://ours.openai.azure.com"
    given = tuple(sorted(options.items()))
    return Service(url, Secret(KEY), known.models[kind], provider=provider, options=given)


def agent_with(**services: Service) -> Agent:
    """An agent with these services, and OpenAI's for the rest."""
    usual = {kind: services.get(kind) or service("openai", kind) for kind in KINDS}
    return Agent("Be brief.", "Hello.", "en", "someone", usual)


def ears() -> inference.VAD:
    return inference.VAD(model="silero", executor=assemble.VAD_EXECUTOR)


@pytest.mark.parametrize("provider", ["deepgram", "assemblyai", "groq", "azure", "openai"])
async def test_recognition_is_made_of_its_model(provider: str) -> None:
    chosen = service(provider, "stt")
    made = make_recogniser(chosen, "en", ears(), Outcome(), streaming=False, joins=lambda: False)
    assert (made.model, made.provider) == (chosen.model, chosen.base_url.split("/")[2])
    await made.aclose()


async def test_deepgram_recognises_in_the_agents_language_at_its_address() -> None:
    chosen = service("deepgram", "stt", keyterms="Luna, Bistro", endpointing_ms=80)
    made = make_recogniser(chosen, "de", ears(), Outcome(), streaming=False, joins=lambda: False)
    options = made.plugin._opts  # type: ignore[attr-defined]
    assert (options.language, options.model) == ("de", "nova-3")
    assert options.endpoint_url == "https://api.deepgram.com/v1/listen"
    assert (options.keyterm, options.endpointing_ms) == (["Luna", "Bistro"], 80)
    await made.aclose()


@pytest.mark.parametrize("provider", ["anthropic", "google", "groq", "mistral", "azure", "openai"])
def test_a_language_model_is_made_with_warmth_and_limit(provider: str) -> None:
    chosen = service(provider, "llm")
    made = make_model(chosen, Replies(tokens=321, temperature=0.5))
    assert made.model == chosen.model
    assert made.history_tokens == Replies().history_tokens
    if provider in ("anthropic", "google"):
        limit = made._opts.max_tokens if provider == "anthropic" else made._opts.max_output_tokens
        assert (limit, made._opts.temperature) == (321, 0.5)


def test_models_are_asked_at_their_own_addresses() -> None:
    found = {
        name: str(made._client.base_url)
        for name in ("anthropic", "groq", "mistral", "azure")
        for made in [make_model(service(name, "llm"), Replies())]
    }
    assert found == {
        "anthropic": "https://api.anthropic.com",
        "groq": "https://api.groq.com/openai/v1/",
        "mistral": "https://api.mistral.ai/v1/",
        "azure": "https://ours.openai.azure.com/openai/v1/",
    }


def test_azures_older_api_has_the_version_and_the_deployment_in_its_address() -> None:
    chosen = service("azure", "llm", api_version="2025-03-01-preview")
    client = make_model(chosen, Replies())._client
    assert str(client.base_url) == "https://ours.openai.azure.com/openai/"
    assert client.default_query == {"api-version": "2025-03-01-preview"}
    assert client.api_key == KEY


@pytest.mark.parametrize("provider", ["elevenlabs", "cartesia", "deepgram", "azure", "openai"])
async def test_a_voice_is_made_of_its_name_and_pace(provider: str) -> None:
    chosen = service(provider, "tts")
    made = make_voice(chosen, "someone", 5.0, "en")
    assert (made.model, made.voice, made.sample_rate) == (chosen.model, "someone", 24_000)
    await made.aclose()


async def test_a_pace_is_kept_within_what_the_provider_takes() -> None:
    labs = make_voice(service("elevenlabs", "tts", stability=0.3), "an-id", 5.0, "de")
    manner = labs.plugin._opts.voice_settings  # type: ignore[attr-defined]
    assert (manner.speed, manner.stability) == (1.2, 0.3)
    assert labs.plugin._opts.language == "de"  # type: ignore[attr-defined]
    aura = make_voice(service("deepgram", "tts"), "aura-2-thalia-en", 0.1, "en")
    assert aura.plugin._opts.speed == 0.7  # type: ignore[attr-defined]
    assert aura.plugin._opts.model == "aura-2-thalia-en"  # type: ignore[attr-defined]
    sonic = make_voice(service("cartesia", "tts", volume=1.5), "an-id", 5.0, "fr")
    assert (sonic.plugin._opts.speed, sonic.plugin._opts.volume) == (1.5, 1.5)  # type: ignore[attr-defined]
    for made in (labs, aura, sonic):
        await made.aclose()


@pytest.mark.parametrize(
    ("kind", "provider"),
    [
        *(("stt", name) for name in ("deepgram", "assemblyai")),
        *(("llm", name) for name in ("anthropic", "google")),
        *(("tts", name) for name in ("deepgram", "elevenlabs", "cartesia")),
    ],
)
def test_a_provider_that_is_not_installed_is_named_with_its_command(
    kind: Kind, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "is_installed", lambda _provider: False)
    agent = agent_with(**{kind: service(provider, kind)})
    with pytest.raises(NotInstalled) as missing:
        assemble.build(agent)
    assert missing.value.command == f"make setup EXTRAS={provider}"
    assert (missing.value.kind, missing.value.reason) == (kind, "not_installed")


async def test_both_services_of_a_stage_are_made_and_a_missing_one_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = {"stt": "deepgram", "llm": "anthropic", "tts": "elevenlabs"}
    agent = agent_with(
        **{
            kind: replace(service(name, kind), fallback=service("openai", kind))  # type: ignore[arg-type]
            for kind, name in pairs.items()
        }
    )
    both = assemble.build(agent)
    assert isinstance(both.stt, TwoRecognisers)
    assert isinstance(both.llm, TwoModels)
    assert isinstance(both.tts, TwoVoices)
    assert (both.tts.voice, both.tts.sample_rate) == ("someone", 24_000)
    await both.aclose()

    monkeypatch.setattr(making, "is_installed", lambda provider: not provider.module)
    told: list[tuple[str, str, str]] = []
    alone = assemble.build(agent)
    alone.on_switched(lambda one: told.append((one.kind, one.after.provider, one.reason)))
    assert told == [(kind, "openai", "not_installed") for kind in pairs]
    assert alone.tts.voice == "alloy"
    await alone.aclose()
