"""How long the agent goes on speaking after a person's first sound."""

from __future__ import annotations

import asyncio
import random
import statistics
import time

from tests.support import speech

from .person import Person
from .systems import Rest, Running

TRIES = 10
WORST_SECONDS = 1.0
MEDIAN_SECONDS = 0.7
ECHO_WARM_UP = 3.0
LONG_REPLY = " ".join(f"This is sentence number {n} of a long answer." for n in range(30))
QUESTION = "Please tell me a long story about the sea."
INTERRUPTION = "No, wait a moment, I would like to hear something else."


async def interruptions(running: Running) -> list[float]:
    """Seconds from the person's first sound to the agent's last one, for each of ten tries.

    Needs a server that answers with LONG_REPLY. Each interruption is itself answered, and that
    answer is interrupted next.
    """
    person, pause = Person(), random.Random(1)
    found = []
    try:
        async with Rest(running.url) as rest:
            await person.join(*await rest.token("bench-interruption", "interrupter"))
            async with rest.session("bench-interruption", "interrupter", "Tell stories."):
                await person.first_sound(time.monotonic(), 30)
                await asyncio.sleep(ECHO_WARM_UP)
                await person.wait_until_quiet()
                await person.speak(speech.line(QUESTION))
                for _ in range(TRIES):
                    await person.first_sound(time.monotonic() + 0.6, 30)
                    await asyncio.sleep(pause.uniform(1.0, 2.0))
                    begun = time.monotonic()
                    await person.speak(speech.line(INTERRUPTION))
                    found.append(person.last_sound_before_silence(begun) - begun)
    finally:
        await person.leave()
    return found


def misses(found: list[float]) -> list[str]:
    """One sentence for each part of the bar that was missed."""
    said = []
    if (median := statistics.median(found)) > MEDIAN_SECONDS:
        said.append(f"the voice stopped {median:.2f} s (median) after an interruption.")
    if (worst := max(found)) > WORST_SECONDS:
        said.append(f"the voice once stopped {worst:.2f} s after an interruption.")
    return said
