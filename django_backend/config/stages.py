"""Which server each stage talks to. Standard library only: the set-up script reads it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .secret import Secret

StageName = Literal["stt", "llm", "tts"]
STAGE_NAMES: tuple[StageName, ...] = ("stt", "llm", "tts")

OPENAI_API = "https://api.openai.com/v1"
PLACEHOLDER_KEY = Secret("no-key")
DEFAULT_MODELS: dict[StageName, str] = {
    "stt": "gpt-4o-mini-transcribe",
    "llm": "gpt-4o-mini",
    "tts": "gpt-4o-mini-tts",
}


@dataclass(frozen=True)
class Stage:
    """One stage's server. Its key is never empty; `offline` means our own server."""

    base_url: str
    api_key: Secret
    model: str
    offline: bool = False


def stages(env: Mapping[str, str]) -> dict[StageName, Stage]:
    """The server of each stage. URL and key resolve as a pair: no key reaches a foreign server."""
    return {name: _stage(name, env) for name in STAGE_NAMES}


def needs_local_ai(env: Mapping[str, str]) -> bool:
    """True when at least one stage has no server of its own and no OpenAI key."""
    return any(stage.offline for stage in stages(env).values())


def local_ai_url(env: Mapping[str, str]) -> str:
    """The base URL of the offline server, which always listens on loopback."""
    return f"http://127.0.0.1:{_value(env, 'LOCAL_AI_PORT') or 8001}/v1"


def _stage(name: StageName, env: Mapping[str, str]) -> Stage:
    prefix = name.upper()
    model = _value(env, f"{prefix}_MODEL") or DEFAULT_MODELS[name]
    own_url, own_key = _value(env, f"{prefix}_BASE_URL"), _value(env, f"{prefix}_API_KEY")
    shared_url, shared_key = _value(env, "OPENAI_BASE_URL"), _value(env, "OPENAI_API_KEY")
    if own_url:
        return Stage(own_url.rstrip("/"), Secret(own_key or PLACEHOLDER_KEY), model)
    if own_key or shared_key or shared_url:
        url = (shared_url or OPENAI_API).rstrip("/")
        return Stage(url, Secret(own_key or shared_key or PLACEHOLDER_KEY), model)
    return Stage(local_ai_url(env), PLACEHOLDER_KEY, model, offline=True)


def _value(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()
