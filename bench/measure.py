"""One cell of the table: some people at once, each saying lines to one system."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support import speech

from .asked import UTTERANCE, Asked, Stages, asked_for, stages
from .lines import HARD, Line, lines
from .person import Heard, Person
from .systems import Rest, Running
from .usage import Elsewhere, Meter, Usage

REPLY = "Certainly. I have noted that for you."
GREETING_DEADLINE = 30.0
MOST_HESITATION = 0.7
"""Seconds that a person thinks before the next line, at most: people are not in step."""


@dataclass(frozen=True)
class Turn:
    """One line and what came of it."""

    kind: str
    heard: Heard
    split: bool
    llm_requests: int


@dataclass
class Cell:
    """Everything measured for one system with that many people at once."""

    system: str
    people: int
    turns: list[Turn] = field(default_factory=list)
    greetings: list[float | None] = field(default_factory=list)
    usage: list[Usage] = field(default_factory=list)
    elsewhere: list[float] = field(default_factory=list)
    stt_mode: str = "batch"
    asked: Asked = field(default_factory=Asked)
    stages: list[Stages] = field(default_factory=list)

    def add(self, other: Cell) -> None:
        """Takes another round's figures in."""
        self.turns += other.turns
        self.greetings += other.greetings
        self.usage += other.usage
        self.elsewhere += other.elsewhere
        self.stt_mode = other.stt_mode
        self.asked.add(other.asked)
        self.stages += other.stages


@dataclass(frozen=True)
class _Said:
    line: Line
    at: float
    heard: Heard


async def measure(name: str, running: Running, people: int, turns: int, openai_url: str) -> Cell:
    """That many people, who together say `turns` lines, each at least one, answered by REPLY."""
    async with httpx.AsyncClient(base_url=openai_url, trust_env=False, timeout=30) as openai:
        await openai.delete("/requests")
        meter = Meter(running.process.pid)
        await meter.settle()
        each, elsewhere = -(-turns // people), Elsewhere()
        async with Rest(running.url) as rest:
            talks = [_talk(rest, f"p{index}", each, index, meter) for index in range(people)]
            results = await asyncio.gather(*talks)
            busy = elsewhere.cores()
        requests = (await openai.get("/requests")).json()
    cell = Cell(name, people, usage=[meter.usage(people)], stt_mode=_stt_mode(requests))
    cell.elsewhere.append(busy)
    for identity, greeting, said in results:
        cell.greetings.append(greeting)
        cell.turns += _turns(said, _prompts(requests, identity))
    _count(cell, requests, [spoken for _, _, said in results for spoken in said])
    return cell


def _count(cell: Cell, requests: list[dict[str, Any]], said: list[_Said]) -> None:
    """Adds what the services were asked for, and, of one person alone, where the time went."""
    since = min(spoken.at for spoken in said)
    asked = [request for request in requests if request["at"] >= since]
    seconds = sum(len(spoken.line.samples) for spoken in said) / speech.RATE
    cell.asked = asked_for(asked, len(said), seconds, REPLY)
    if cell.people == 1:
        found = [_stages(spoken, asked) for spoken in said if spoken.line.kind not in HARD]
        cell.stages = [one for one in found if one]


def _stages(spoken: _Said, requests: list[dict[str, Any]]) -> Stages | None:
    heard = spoken.heard
    if heard.wait is None or heard.premature:
        return None
    return stages(requests, heard.ended, heard.ended + heard.wait)


async def _talk(
    rest: Rest, prefix: str, count: int, seed: int, meter: Meter
) -> tuple[str, float | None, list[_Said]]:
    identity = f"{prefix}-{time.monotonic_ns()}"
    person, hesitation = Person(), random.Random(seed)
    try:
        await person.join(*await rest.token(f"bench-{identity}", identity))
        started = time.monotonic()
        prompt = f"You are a friendly voice assistant. You talk with {identity}."
        async with rest.session(f"bench-{identity}", identity, prompt):
            greeted = await person.first_sound(started, GREETING_DEADLINE)
            await person.wait_until_quiet()
            meter.begin()
            said = []
            for line in lines(count, first=seed):
                await asyncio.sleep(hesitation.uniform(0, MOST_HESITATION))
                at = time.time()
                said.append(_Said(line, at, await person.say(line.samples)))
            meter.end()
    finally:
        await person.leave()
    return identity, greeted - started if greeted else None, said


def _turns(said: list[_Said], prompts: list[dict[str, Any]]) -> list[Turn]:
    turns, before = [], 0
    for index, spoken in enumerate(said):
        until = said[index + 1].at if index + 1 < len(said) else float("inf")
        asked = [prompt for prompt in prompts if spoken.at <= prompt["at"] < until]
        committed = _person_messages(asked[-1]) if asked else before
        split = committed - before > 1
        turns.append(Turn(spoken.line.kind, spoken.heard, split, len(asked)))
        before = committed
    return turns


def _prompts(requests: list[dict[str, Any]], identity: str) -> list[dict[str, Any]]:
    return [
        request
        for request in requests
        if request["messages"] and identity in str(request["messages"])
    ]


def _person_messages(request: dict[str, Any]) -> int:
    return sum(message["role"] == "user" for message in request["messages"])


def _stt_mode(requests: list[dict[str, Any]]) -> str:
    return "realtime" if any(request["path"] == UTTERANCE for request in requests) else "batch"
