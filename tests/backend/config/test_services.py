"""Which server each service has, and which values of its settings stop the start."""

from __future__ import annotations

import pytest
from config.providers.registry import OPENAI_API
from config.services import Service, Unusable, services

from scripts.problem import Problem
from scripts.run import services as run

KEYS = ("OPENAI_API_KEY", "STT_API_KEY", "LLM_API_KEY", "TTS_API_KEY")
URLS = ("OPENAI_BASE_URL", "STT_BASE_URL", "LLM_BASE_URL", "TTS_BASE_URL")


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    ("key", "what"),
    [
        (" sk-1", "a blank"),
        ("sk-1\n", "a line break"),
        ("sk 1", "a blank"),
        ("sk-\u00a01", "a blank"),
        ('"sk-1"', "a quote"),
        ("'sk-1'", "a quote"),
        ("sk-“1”", "a character"),
        ("sk-\u200b1", "a character"),
        ("sk-ключ", "a character"),
        ("sk-\x001", "a character"),
        ("sk-\x7f1", "a character"),
    ],
)
def test_a_key_that_no_header_can_carry_is_named(name: str, key: str, what: str) -> None:
    with pytest.raises(Unusable) as refusal:
        services({name: key})
    sentence = str(refusal.value)
    assert sentence.startswith(f"{name} holds ") and what in sentence and "set it to" in sentence
    assert key.strip() not in sentence


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize(
    "url",
    [
        " http://speech.example/v1",
        "http://speech.example/v1 ",
        "http://speech .example/v1",
        '"http://speech.example/v1"',
        "speech.example/v1",
        "speech.example:8000/v1",
        "ftp://speech.example/v1",
        "http:///v1",
        "http://speech.example:port/v1",
        "http://speech.example:99999/v1",
        "http://[::1/v1",
        "http://speech.example/\n/v1",
    ],
)
def test_an_address_that_is_none_is_named(name: str, url: str) -> None:
    with pytest.raises(Unusable, match=rf"^{name} is .*; set it to "):
        services({name: url})


def test_no_password_of_an_address_is_shown() -> None:
    with pytest.raises(Unusable) as refusal:
        services({"LLM_BASE_URL": " http://ada:lovelace@speech.example/v1"})
    assert "lovelace" not in str(refusal.value)


def test_ordinary_keys_and_addresses_are_taken_as_they_are() -> None:
    found = services(
        {
            "OPENAI_API_KEY": "sk-proj-A_b-9.x/+=~:@",
            "LLM_BASE_URL": "https://resource.openai.azure.com/openai/v1/",
            "LLM_API_KEY": "  ",
            "TTS_BASE_URL": "http://[fd00::7]:8880/v1",
        }
    )
    assert (found["stt"].base_url, found["stt"].api_key) == (OPENAI_API, "sk-proj-A_b-9.x/+=~:@")
    assert found["llm"].base_url == "https://resource.openai.azure.com/openai/v1"
    assert found["llm"].api_key == "no-key"
    assert found["tts"].base_url == "http://[fd00::7]:8880/v1"


def test_a_service_has_its_time_to_the_first_byte() -> None:
    usual = services({})
    assert [usual[kind].first_byte for kind in ("stt", "llm", "tts")] == [20, 60, 20]
    assert services({"LLM_FIRST_BYTE_SECONDS": "90.5"})["llm"].first_byte == 90.5


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf", "601"])
def test_a_time_that_cannot_be_meant_is_named(value: str) -> None:
    with pytest.raises(Unusable, match=r"^TTS_FIRST_BYTE_SECONDS is .*; set it to "):
        services({"TTS_FIRST_BYTE_SECONDS": value})


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "http://", "http://proxy:port"])
def test_a_proxy_that_cannot_be_used_is_named_where_it_would_be(proxy: str) -> None:
    env = {"ALL_PROXY": proxy, "LLM_BASE_URL": "https://speech.example/v1"}
    with pytest.raises(Unusable, match=r"ALL_PROXY is .*; set it to "):
        services(env)
    services({**env, "NO_PROXY": "speech.example"})
    services({"ALL_PROXY": proxy})


def test_services_that_differ_in_one_thing_are_others() -> None:
    assert len({Service("http://a/v1", usual.api_key, "m") for usual in services({}).values()}) == 1


def test_make_run_says_it_too() -> None:
    with pytest.raises(Problem, match="LLM_API_KEY holds a quote"):
        run.needed({"LLM_API_KEY": '"sk-1"'})
