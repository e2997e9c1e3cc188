"""What the offline server is told: its settings, read from the environment once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

AUTO, OFF = "auto", "off"
_MOST_SLOTS, _MOST_THREADS = 8, 64
_CONTEXT = (1024, 32_768)


class Unusable(ValueError):
    """A setting that cannot be meant; the sentence begins with its name."""


@dataclass(frozen=True)
class Settings:
    """`cache` is where fetched models are kept, `llm` is `auto`, `off` or the path of a GGUF file.

    `may_fetch` says whether a model that is missing is fetched. `threads` is what all engines
    together may use, `slots` how many sessions the language model serves at once, and `context`
    how many tokens a session's conversation has. `language` is the one that people speak.
    """

    cache: Path
    llm: str
    may_fetch: bool
    threads: int
    slots: int
    context: int
    language: str


def read(env: Mapping[str, str] = os.environ) -> Settings:
    """Returns the settings in `env`; raises Unusable."""
    count = cores()
    return Settings(
        cache=Path(_value(env, "LOCAL_AI_CACHE") or _user_cache(env)).expanduser(),
        llm=_llm(_value(env, "LOCAL_LLM")),
        may_fetch=_value(env, "LOCAL_LLM_FETCH") == "1",
        threads=_number(env, "LOCAL_AI_THREADS", count, 1, _MOST_THREADS),
        slots=_number(env, "LOCAL_LLM_SLOTS", max(1, min(4, count // 2)), 1, _MOST_SLOTS),
        context=_number(env, "LOCAL_LLM_CONTEXT", 4096, *_CONTEXT),
        language=_value(env, "STT_LANGUAGE") or "en",
    )


def _llm(value: str) -> str:
    if value.lower() in ("", AUTO):
        return AUTO
    if value.lower() == OFF:
        return OFF
    path = Path(value).expanduser()
    if not path.is_absolute():
        raise Unusable(f"LOCAL_LLM is {value!r}; set it to auto, off or the whole path of a file.")
    return str(path)


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = _value(env, name)
    if not value:
        return default
    if not (value.isdecimal() and least <= int(value) <= most):
        raise Unusable(f"{name} is {value!r}; set it to a number from {least} to {most}.")
    return int(value)


def _value(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()


def cores() -> int:
    """Returns how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _user_cache(env: Mapping[str, str]) -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(_value(env, "LOCALAPPDATA") or home / "AppData" / "Local") / "voice-agent"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "voice-agent"
    return Path(_value(env, "XDG_CACHE_HOME") or home / ".cache") / "voice-agent"
