"""Which servers recognise speech, answer and speak. Standard library only: scripts read it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .secret import Secret

Kind = Literal["stt", "llm", "tts"]
KINDS: tuple[Kind, ...] = ("stt", "llm", "tts")

OPENAI_API = "https://api.openai.com/v1"
PLACEHOLDER_KEY = Secret("no-key")
DEFAULT_MODELS: dict[Kind, str] = {
    "stt": "gpt-4o-mini-transcribe",
    "llm": "gpt-4o-mini",
    "tts": "gpt-4o-mini-tts",
}


@dataclass(frozen=True)
class Service:
    """A server of speech or language. Its key is never empty; `offline` means our own server."""

    base_url: str
    api_key: Secret
    model: str
    offline: bool = False


def services(env: Mapping[str, str]) -> dict[Kind, Service]:
    """Returns the server of each kind (stt, llm, tts).

    URL and key resolve as a pair: no key reaches a foreign server.
    """
    return {name: _service(name, env) for name in KINDS}


def needs_local_ai(env: Mapping[str, str]) -> bool:
    """True when at least one kind has no server of its own and no OpenAI key."""
    return any(service.offline for service in services(env).values())


def local_ai_url(env: Mapping[str, str]) -> str:
    """The base URL of the offline server, which always listens on loopback."""
    return f"http://127.0.0.1:{_value(env, 'LOCAL_AI_PORT') or 8001}/v1"


def _service(name: Kind, env: Mapping[str, str]) -> Service:
    prefix = name.upper()
    model = _value(env, f"{prefix}_MODEL") or DEFAULT_MODELS[name]
    own_url, own_key = _value(env, f"{prefix}_BASE_URL"), _value(env, f"{prefix}_API_KEY")
    shared_url, shared_key = _value(env, "OPENAI_BASE_URL"), _value(env, "OPENAI_API_KEY")
    if own_url:
        return Service(own_url.rstrip("/"), Secret(own_key or PLACEHOLDER_KEY), model)
    if own_key or shared_key or shared_url:
        url = (shared_url or OPENAI_API).rstrip("/")
        return Service(url, Secret(own_key or shared_key or PLACEHOLDER_KEY), model)
    return Service(local_ai_url(env), PLACEHOLDER_KEY, model, offline=True)


def _value(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()
