"""What the backend reads from its environment, and what it refuses to start with."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from config import safety

SETTINGS = Path(sys.modules["config"].__path__[0]) / "settings.py"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Reads the settings anew from these variables alone."""

    def settings(**env: str) -> dict[str, Any]:
        from config import settings as module

        for name in list(__import__("os").environ):
            monkeypatch.delenv(name)
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS), run_name=module.__name__)

    return settings


def test_what_an_address_of_postgresql_asks_for_is_kept(read):
    database = read(DATABASE_URL="postgres://u:p@h/d?sslmode=verify-full")["DATABASES"]["default"]
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert "options" not in database["OPTIONS"], "PgBouncer refuses it"
    assert database["OPTIONS"]["connect_timeout"] == 3


def test_bytes_that_are_no_text_are_dropped(read):
    assert read(SYSTEM_PROMPT="You sell \udcfftea.")["SYSTEM_PROMPT"] == "You sell tea."


def test_the_defaults(read):
    found = read()
    assert found["DEBUG"] is False
    assert found["BIND_HOST"] == "127.0.0.1"
    assert (found["SESSION_GRACE_SECONDS"], found["IDLE_SECONDS"]) == (20, 300)
    assert (found["MAX_SESSION_SECONDS"], found["MAX_SESSIONS_PER_VISITOR"]) == (3600, 2)
    assert found["DATABASES"]["default"]["ENGINE"].endswith("sqlite3")
    assert not found["LOCAL_VISITOR"]
    assert found["LOG_FORMAT"] == "json"


def test_development_on_loopback_knows_the_local_visitor(read):
    assert read(DEBUG="true")["LOCAL_VISITOR"]
    assert not read(DEBUG="true", BIND_HOST="0.0.0.0")["LOCAL_VISITOR"]
    assert not read(DEBUG="false")["LOCAL_VISITOR"]


def test_browsers_are_held_to_https_outside_development_alone(read):
    assert read()["SECURE_HSTS_SECONDS"] == 31_536_000
    assert read(DEBUG="true")["SECURE_HSTS_SECONDS"] == 0


def test_development_answers_to_loopback_names_only(read):
    found = read(DEBUG="true", FRONTEND_PORT="5999")
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["CORS_ORIGINS"] == [f"http://{host}:5999" for host in found["ALLOWED_HOSTS"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("STT_STREAMING", "maybe"),
        ("STT_LANGUAGE", "klingon"),
        ("STT_LANGUAGE", "xx"),
        ("STT_LANGUAGE", "es!MX"),
        ("STT_LANGUAGE", "e"),
        ("TURN_DETECTION", "magic"),
        ("SPECULATION", "always"),
        ("AGENT_RUNTIME", "elsewhere"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("BACKEND_PORT", "80000"),
        ("MAX_SESSIONS", "0"),
        ("IDLE_SECONDS", "-5"),
        ("SESSION_GRACE_SECONDS", "1.5"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("DATABASE_URL", "nonsense"),
        ("LLM_BASE_URL", "nonsense"),
        ("SSL_CERT_FILE", "/no/such/file.pem"),
        ("TTS_API_KEY", "sk-1 "),
        ("STT_FIRST_BYTE_SECONDS", "soon"),
    ],
)
def test_a_value_that_cannot_be_meant_stops_the_start_with_a_sentence(read, name: str, value: str):
    with pytest.raises(SystemExit) as refusal:
        read(**{name: value})
    sentence = str(refusal.value)
    assert sentence.startswith(name)
    assert "set it to" in sentence


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("es-MX", "es"),
        ("pt_BR.UTF-8", "pt"),
        ("zh-Hans-CN", "zh"),
        ("DE", "de"),
        (" fr ", "fr"),
        ("auto", ""),
        ("", ""),
    ],
)
def test_a_language_is_a_code_of_two_letters_or_open(read, said: str, code: str):
    assert read()["STT_LANGUAGE"] == "en"
    assert read(STT_LANGUAGE=said)["STT_LANGUAGE"] == code


def test_another_database_and_redis(read):
    found = read(DATABASE_URL="postgres://u:p@h/d", CHANNEL_LAYERS="redis://127.0.0.1:6379/0")
    assert found["DATABASES"]["default"]["ENGINE"].endswith("postgresql")
    layer = found["CHANNEL_LAYERS"]["default"]
    assert layer["BACKEND"] == "wakeups.layers.PatientLayer"
    assert layer["CONFIG"]["hosts"] == ["redis://127.0.0.1:6379/0"]


def test_the_settings_under_test_are_safe():
    assert safety.unsafe_settings() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "change-me-" + "x" * 40),
        ("VISITOR_SECRET", "development-only-secret-that-nobody-should-use"),
        ("LIVEKIT_API_SECRET", "secret"),
        ("CREDENTIALS_KEYS", ["new-" + "x" * 40, "short"]),
        ("LIVEKIT_API_KEY", ""),
        ("CORS_ORIGINS", ["*"]),
        ("ALLOWED_HOSTS", ["*"]),
        ("ALLOWED_HOSTS", []),
    ],
)
def test_what_would_leave_an_installation_open_is_named(settings, name: str, value: Any):
    setattr(settings, name, value)
    found = safety.unsafe_settings()
    assert len(found) == 1
    assert "set it to" in found[0]
    assert "secret-that" not in found[0]
    settings.DEVELOPMENT = True
    safety.refuse_unsafe_settings()
    settings.DEVELOPMENT = False
    with pytest.raises(SystemExit):
        safety.refuse_unsafe_settings()


def test_workers_share_a_database_and_a_redis(settings):
    settings.AGENT_RUNTIME = "dispatch"
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    sentences = safety.unsafe_settings()
    assert ["DATABASE_URL" in sentences[0], "CHANNEL_LAYERS" in sentences[1]] == [True, True]
