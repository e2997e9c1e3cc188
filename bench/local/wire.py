"""From the end of a person's line to the reply's first sound, as a client in the room hears it."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bench.measure import GREETING_DEADLINE, MOST_HESITATION
from bench.systems import Rest
from bench.usage import Elsewhere
from tests.support import speech

from .guest import Guest
from .processes import Load, Loads
from .product import Product

FREED_SECONDS = 20.0


@dataclass(frozen=True)
class Turn:
    """One reply; `head` is what answers in this person's session."""

    head: str
    wait: float | None
    premature: bool
    reply: str


@dataclass
class Cell:
    """Everything measured with that many people at once."""

    head: str
    people: int
    turns: list[Turn] = field(default_factory=list)
    greetings: list[float | None] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    elsewhere: float = 0.0


@dataclass(frozen=True)
class Present:
    """Somebody whose session has greeted: with what head, and after how many seconds."""

    guest: Guest
    head: str
    greeted: float | None


async def measure(product: Product, head: str, people: int, turns: int) -> Cell:
    """That many people, who begin one after the other and then talk at once, `turns` in all."""
    await until_all_slots_are_free(product)
    cell = Cell(head, people)
    async with Rest(product.url) as rest, AsyncExitStack() as stack:
        present = [
            await stack.enter_async_context(present_guest(product, rest, f"{head}-{number}"))
            for number in range(people)
        ]
        loads, elsewhere = Loads(product.processes), Elsewhere()
        each = -(-turns // people)
        talks = [_talk(who, each, number) for number, who in enumerate(present)]
        for found in await asyncio.gather(*talks):
            cell.turns += found
        cell.loads, cell.elsewhere = loads.so_far(), elsewhere.cores()
    cell.greetings = [who.greeted for who in present]
    return cell


@asynccontextmanager
async def present_guest(product: Product, rest: Rest, name: str) -> AsyncIterator[Present]:
    """A guest in a session of its own for the block, once the greeting is over."""
    identity = f"{name}-{time.monotonic_ns()}"
    guest = Guest()
    try:
        await guest.join(*await rest.token(f"bench-{identity}", identity))
        started = time.monotonic()
        async with rest.session(f"bench-{identity}", identity) as session_id:
            guest.read(product.url, session_id)
            at = await guest.first_sound(started, GREETING_DEADLINE)
            await guest.wait_until_quiet()
            yield Present(guest, await guest.replied_by(), at - started if at else None)
    finally:
        await guest.leave()


async def _talk(who: Present, count: int, seed: int) -> list[Turn]:
    hesitation, found = random.Random(seed), []
    for number in range(count):
        await asyncio.sleep(hesitation.uniform(0, MOST_HESITATION))
        line = LINES[(seed * 3 + number) % len(LINES)]
        said = await who.guest.exchange(speech.line(line))
        found.append(Turn(who.head, said.wait, said.premature, said.reply))
        print(f"wire: {line} {said.reply} ({who.head}, {said.wait or math.nan:.2f} s)")
    return found


async def until_all_slots_are_free(product: Product) -> None:
    """Returns when the language model has a slot for everybody, or after 20 s."""
    until = time.monotonic() + FREED_SECONDS
    while time.monotonic() < until:
        head = (await asyncio.to_thread(product.offline.state))["head"]
        if head["state"] != "ready" or head["free_slots"] == head["slots"]:
            return
        await asyncio.sleep(0.1)


LINES = (
    "Can you give me an idea for a simple dinner?",
    "Why is the sky blue?",
    "What is a good present for my grandmother?",
    "How do I get a coffee stain out of a shirt?",
    "Tell me something about elephants.",
    "What should I do when I cannot sleep?",
    "Which language is spoken in Brazil?",
    "Can you explain what a volcano is?",
    "What is a good way to learn the guitar?",
    "How do I make a cup of good tea?",
)
"""What a language model can answer in a sentence or two; the script says what it heard."""
