"""The providers of an agent's services: what may be chosen, and what sessions get of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from agents.resolving import resolve
from agents.services import choosing
from config.providers.registry import PROVIDERS
from config.services import PLACEHOLDER_KEY
from django.conf import settings

AGENT = {"slug": "far", "name": "Far"}
FULL = {
    "stt": {"provider": "deepgram", "options": {"keyterms": "Luna", "endpointing_ms": 80}},
    "llm": {"provider": "anthropic", "model": "claude-opus-4", "fallback": {"model": "near"}},
    "tts": {"provider": "elevenlabs", "options": {"stability": 0.4}},
}


async def test_a_chosen_provider_is_stored_as_it_was_written(owner: httpx.AsyncClient) -> None:
    made = await owner.post("/agents", json={**AGENT, "services": FULL})
    assert made.status_code == 201, made.text
    assert made.json()["services"] == FULL


@pytest.mark.parametrize(
    ("services", "field"),
    [
        ({"stt": {"provider": "nobody"}}, "stt, provider: "),
        ({"stt": {"provider": "anthropic"}}, "stt, provider: "),
        ({"llm": {"provider": "azure"}}, "llm, base_url: "),
        ({"tts": {"provider": "elevenlabs", "options": {"hue": 1}}}, "tts, options, hue: "),
        (
            {"tts": {"provider": "elevenlabs", "options": {"stability": 3}}},
            "tts, options, stability: ",
        ),
        (
            {"llm": {"fallback": {"provider": "deepgram"}}},
            "llm, fallback, provider: ",
        ),
        (
            {"llm": {"fallback": {"fallback": {"provider": "openai"}}}},
            "llm, fallback, fallback: ",
        ),
    ],
)
async def test_what_a_provider_does_not_have_is_refused_by_name(
    owner: httpx.AsyncClient, services: Any, field: str
) -> None:
    answer = await owner.post("/agents", json={**AGENT, "services": services})
    assert answer.status_code == 400, answer.text
    [sentence] = answer.json()["errors"]["services"]
    assert sentence.startswith(field)


async def test_one_that_is_not_installed_is_refused_with_its_command(
    owner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "is_installed", lambda provider: not provider.module)
    services = {"tts": {"provider": "cartesia"}}
    answer = await owner.post("/agents", json={**AGENT, "services": services})
    assert answer.status_code == 400
    assert "make setup EXTRAS=cartesia" in answer.text


async def test_operators_are_told_every_provider_and_nobody_else_that_there_are_any(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    told = (await owner.get("/providers")).json()
    assert [each["name"] for each in told["providers"]] == list(PROVIDERS)
    assert told["usual"] == {"stt": "openai", "llm": "openai", "tts": "openai"}
    assert (await stranger.get("/providers")).status_code == 404


def test_no_key_of_the_settings_goes_to_another_provider() -> None:
    agent = resolve({"services": FULL})
    usual = settings.SERVICES
    for kind, name in (("stt", "deepgram"), ("llm", "anthropic"), ("tts", "elevenlabs")):
        chosen = agent.services[kind]  # type: ignore[index]
        assert (chosen.provider, chosen.base_url) == (name, PROVIDERS[name].base_url)
        assert (chosen.api_key, chosen.offline) == (PLACEHOLDER_KEY, False)
    assert agent.services["stt"].option("keyterms") == "Luna"
    assert agent.services["stt"].model == "nova-3"
    fallback = agent.services["llm"].fallback
    assert fallback is not None
    assert (fallback.base_url, fallback.api_key) == (usual["llm"].base_url, usual["llm"].api_key)
    assert (fallback.model, fallback.fallback) == ("near", None)
    assert agent.services["llm"].first_byte == 6.0
    assert agent.voice == PROVIDERS["elevenlabs"].voice
