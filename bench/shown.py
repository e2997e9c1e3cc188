"""`python -m bench shown`: the wait that the page shows beside a reply, and the one on the wire.

A person says lines to the shipped system; what `turn_times` tells of each reply is compared with
the time from the line's last sample, once it has left the microphone's queue, to the first sound
that was received.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.support.media_server import media_server
from tests.support.ports import free_port
from tests.support.processes import ROOT, Process

from .lines import lines
from .person import Person
from .systems import SHIPPED, Rest, Running, running

RESULT = Path(__file__).parent / "results" / "shown.json"
REPLY = "Certainly. I have noted that for you."
LINES = 18
MOST_SECONDS = 0.06
"""Between the medians of the two."""
SAME_SECONDS = 1.0
"""A reply was stored so soon after it was heard, or before."""


@dataclass(frozen=True)
class Compared:
    """One reply: the wait on received audio and the shown one in seconds, and all that was told."""

    received: float
    shown: float
    times: dict[str, Any]


def main() -> int:
    """Talks with the shipped system, prints both medians; 0 when they are close enough."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fakes.openai_api", "--port", str(port)]
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    with media_server() as media, Process(command, env=env) as openai:
        openai.wait_until_answers(f"{url}/requests")
        httpx.post(f"{url}/script", json={"reply": REPLY}, trust_env=False)
        shared = {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "sk-bench"}
        with running(SHIPPED, media.env | shared) as started:
            compared = asyncio.run(_compare(started))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([asdict(each) for each in compared], indent=1))
    return _say(compared)


def _say(compared: list[Compared]) -> int:
    if not compared:
        print("No reply was both heard and told.")
        return 1
    received = statistics.median(each.received for each in compared)
    shown = statistics.median(each.shown for each in compared)
    apart = statistics.median(each.received - each.shown for each in compared)
    print(
        f"{len(compared)} of {LINES} replies: received after {received * 1000:.0f} ms, shown as"
        f" {shown * 1000:.0f} ms (medians); one from the other {apart * 1000:+.0f} ms (median)."
    )
    is_met = abs(received - shown) <= MOST_SECONDS
    print("The bar is met." if is_met else f"The bar is {MOST_SECONDS * 1000:.0f} ms: missed.")
    return 0 if is_met else 1


async def _compare(system: Running) -> list[Compared]:
    person = Person()
    try:
        async with Rest(system.url) as rest:
            await person.join(*await rest.token("bench-shown", "listener"))
            async with rest.session("bench-shown", "listener") as session_id:
                await person.first_sound(time.monotonic(), 30)
                await person.wait_until_quiet()
                heard = [
                    each for said in lines(LINES) if (each := await _heard(person, said.samples))
                ]
                told = await _told(system.url, session_id)
    finally:
        await person.leave()
    pairs = [(wait, times) for at, wait in heard if (times := _near(told, at))]
    return [Compared(wait, times["wait_ms"] / 1000, times) for wait, times in pairs]


async def _heard(person: Person, samples: Any) -> tuple[float, float] | None:
    """When the reply to a line was heard, in seconds since 1970, and after how many seconds."""
    ended = await person.speak(samples) + person.queued
    sound = await person.first_sound(ended)
    at = time.time()
    await person.wait_until_quiet()
    return (at, sound - ended) if sound else None


async def _told(url: str, session_id: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.get(f"/transcripts/{session_id}")
        return list(answer.raise_for_status().json()["turn_times"])


def _near(told: list[dict[str, Any]], at: float) -> dict[str, Any] | None:
    """What was told of the reply that was heard then."""
    found = [each for each in told if abs(_moment(each) - at) < SAME_SECONDS]
    return min(found, key=lambda each: abs(_moment(each) - at), default=None)


def _moment(times: dict[str, Any]) -> float:
    return datetime.fromisoformat(times["at"]).timestamp()
