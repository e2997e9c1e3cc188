"""Whether a key is good is found out of each provider in its own way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agent_manager.providers.probing import probe, verdict
from config.providers.registry import PROVIDERS
from config.secret import Secret
from config.services import Service, probe_of
from fakes.providers import ProvidersStandIn

NAMES = ("deepgram", "anthropic", "elevenlabs")


@pytest.fixture(scope="module")
def providers() -> Iterator[ProvidersStandIn]:
    with ProvidersStandIn() as running:
        yield running


def service(name: str, url: str, key: str) -> Service:
    return Service(url, Secret(key), "a-model", provider=name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["", "/v1"])
async def test_a_good_key_is_taken(providers: ProvidersStandIn, name: str, path: str) -> None:
    assert await probe(service(name, providers.url + path, providers.key)) is None


@pytest.mark.parametrize("name", NAMES)
async def test_a_wrong_key_is_refused(providers: ProvidersStandIn, name: str) -> None:
    fault = await probe(service(name, providers.url, "another"))
    assert fault is not None and (fault.reason, fault.status) == ("refused", 401)


async def test_a_server_that_is_away_cannot_be_reached() -> None:
    fault = await probe(service("anthropic", "http://127.0.0.1:9", "a-key"))
    assert fault is not None and fault.reason == "unreachable"


def test_a_key_that_may_do_less_is_known_all_the_same() -> None:
    labs = service("elevenlabs", PROVIDERS["elevenlabs"].base_url, "a-key")
    assert verdict(labs, 401, '{"detail": {"status": "missing_permissions"}}') is None
    assert verdict(labs, 401, '{"detail": {"status": "invalid_api_key"}}') is not None


def test_each_key_goes_into_its_own_header() -> None:
    found = {name: probe_of(service(name, each.base_url, "k")) for name, each in PROVIDERS.items()}
    assert found["google"][1] == {"x-goog-api-key": "k"}
    assert found["deepgram"] == (
        "https://api.deepgram.com/v1/auth/token",
        {"Authorization": "Token k"},
    )
    assert found["mistral"] == ("https://api.mistral.ai/v1/models", {"Authorization": "Bearer k"})
    azure = "https://ours.openai.azure.com"
    for url in (azure, f"{azure}/openai/v1"):
        assert probe_of(service("azure", url, "k"))[0] == f"{azure}/openai/v1/models"
