"""The offline server as a process of its own, and what it tells about itself."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support import speech
from tests.support.ports import free_port
from tests.support.processes import Process

from .spoken import RATE

START_SECONDS = 120.0
HEAD_SECONDS = 120.0
_LOOK_AGAIN = 0.1


class Missing(RuntimeError):
    """A part cannot be measured here; the sentence says what is missing and how to get it."""


@dataclass(frozen=True)
class Offline:
    """A running offline server; `started` is the seconds until it answered."""

    url: str
    port: int
    process: Process
    started: float

    def state(self) -> dict[str, Any]:
        """Returns what GET /v1/local says of ears, voice and head."""
        answer = httpx.get(f"{self.url}/v1/local", timeout=10, trust_env=False)
        answer.raise_for_status()
        return dict(answer.json())

    def wait_for_head(self, seconds: float = HEAD_SECONDS) -> float:
        """Returns the seconds from now until the language model answers; raises Missing."""
        begun = time.monotonic()
        while (head := self.state()["head"])["state"] != "ready":
            waiting = head["state"] == "loading" and time.monotonic() - begun < seconds
            if not waiting:
                why = head["reason"] or head["state"]
                raise Missing(f"The language model does not answer ({why}). {_HOW_TO_GET_IT}")
            time.sleep(_LOOK_AGAIN)
        return time.monotonic() - begun

    def hear(self, sound: speech.Samples, rate: int = RATE) -> str:
        """Returns the words that its ears find in the sound."""
        with tempfile.TemporaryDirectory(prefix="bench-hear-") as folder:
            wav = speech.write_wav(Path(folder) / "said.wav", sound, rate).read_bytes()
        answer = httpx.post(
            f"{self.url}/v1/audio/transcriptions",
            files={"file": ("said.wav", wav)},
            data={"model": "local"},
            timeout=60,
            trust_env=False,
        )
        answer.raise_for_status()
        return str(answer.json()["text"])


@contextmanager
def offline(settings: Mapping[str, str | None]) -> Iterator[Offline]:
    """Runs the offline server for the block; it never fetches a language model."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {"LOCAL_LLM": "off", **settings, "LOCAL_AI_PORT": str(port), "LOCAL_LLM_FETCH": None}
    begun = time.monotonic()
    with Process([sys.executable, "-m", "local_ai"], env=env) as process:
        process.wait_until_answers(f"{url}/v1/models", seconds=START_SECONDS)
        yield Offline(url, port, process, time.monotonic() - begun)


_HOW_TO_GET_IT = (
    "`make run` fetches it; --cache names another folder that holds it. Until then this is "
    "measured with the script alone."
)
