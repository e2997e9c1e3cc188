from __future__ import annotations

import pytest

from flask_frontend.settings import SettingsError, load

GOOD = "wJ8r-2Kd_0qLz5Vn7Yb4Tg9Xc1Mf6Ps3"
SECRETS = {"FLASK_SECRET_KEY": GOOD, "VISITOR_SECRET": GOOD[::-1]}
PRODUCTION = {**SECRETS, "DJANGO_ALLOWED_HOSTS": "voice.example, .talk.example"}


def test_production_starts_with_two_good_secrets() -> None:
    settings = load(PRODUCTION)
    assert (settings.debug, settings.log_format) == (False, "json")
    assert (settings.bind_host, settings.port) == ("127.0.0.1", 5173)
    assert settings.backend_url == "http://127.0.0.1:8000"
    assert settings.backend_public_url == ""


def test_production_answers_to_its_own_names_alone() -> None:
    assert load(PRODUCTION).allowed_hosts == ("voice.example", ".talk.example")
    with pytest.raises(SettingsError, match=r"^DJANGO_ALLOWED_HOSTS is missing: set it to"):
        load(SECRETS)
    with pytest.raises(SettingsError, match=r"^DJANGO_ALLOWED_HOSTS is open .*: set it to"):
        load(PRODUCTION | {"DJANGO_ALLOWED_HOSTS": "voice.example,*"})
    assert load({"DEBUG": "true"}).allowed_hosts == ("127.0.0.1", "localhost", "[::1]")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (None, "is missing"),
        ("   ", "is missing"),
        ("too-short-9f8e7d", "is too short"),
        ("development-only-secret-that-nobody-should-use", "is a default"),
        ("please-change-me-please-change-me-now", "is a default"),
        ("abababababababababababababababababab", "repeats"),
    ],
)
def test_production_refuses_a_bad_secret(name: str, secret: str | None, why: str) -> None:
    env = {key: value for key, value in PRODUCTION.items() if key != name}
    if secret is not None:
        env[name] = secret
    with pytest.raises(SettingsError, match=f"^{name} {why}.*set it to at least 32"):
        load(env)


def test_development_starts_with_nothing_but_debug() -> None:
    settings = load({"DEBUG": "true"})
    assert (settings.debug, settings.log_format) == (True, "console")
    assert settings.livekit_public_url == "ws://127.0.0.1:7880"


def test_the_pages_backend_is_another_origin_in_development_and_one_origin_otherwise() -> None:
    development = load({"DEBUG": "1", "BACKEND_PORT": "8100"})
    assert development.backend_public_url == "http://127.0.0.1:8100"
    assert load({"DEBUG": "1", "BACKEND_PUBLIC_URL": ""}).backend_public_url == ""
    named = load(PRODUCTION | {"BACKEND_PUBLIC_URL": "https://api.example/"})
    assert named.backend_public_url == "https://api.example"


def test_the_media_servers_public_address_wins() -> None:
    both = {"LIVEKIT_URL": "ws://media:7880", "LIVEKIT_PUBLIC_URL": "wss://media.example"}
    assert load(PRODUCTION | both).livekit_public_url == "wss://media.example"
    assert load(PRODUCTION | {"LIVEKIT_URL": "ws://media:1"}).livekit_public_url == "ws://media:1"
    assert load(PRODUCTION | {"LIVEKIT_PORT": "7999"}).livekit_public_url.endswith(":7999")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("FRONTEND_PORT", "http"),
        ("FRONTEND_PORT", "70000"),
        ("BACKEND_URL", "127.0.0.1:8000"),
        ("BACKEND_PUBLIC_URL", "https://a.example; script-src *"),
        ("LIVEKIT_PUBLIC_URL", "https://"),
        ("LOG_FORMAT", "xml"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ],
)
def test_a_setting_with_an_unknown_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is .*: set it to"):
        load(PRODUCTION | {name: value})
