"""The questions asked by voice in the room, and what came back in words and in sound."""

from __future__ import annotations

from dataclasses import dataclass

from bench.systems import Rest
from tests.support import speech

from .asked import DECLINED, EVERYDAY
from .guest import Exchange
from .product import Product
from .verdicts import GOOD, Question, spoken, verdict
from .wire import present_guest, until_all_slots_are_free


@dataclass(frozen=True)
class Asked:
    """One question: as the ears heard it, the reply, how its sound was heard, and verdicts."""

    ask: str
    declined: bool
    heard_as: str
    reply: str
    reply_heard: str
    wait: float | None
    verdict: str
    voice: str

    @property
    def good(self) -> bool:
        """Whether the reply is what it should be, and was spoken."""
        return self.verdict == GOOD and self.voice == GOOD


async def ask_all(product: Product) -> list[Asked]:
    """Two people ask, one after the other: the everyday questions, and those to be declined."""
    found = []
    async with Rest(product.url) as rest:
        for name, questions in (("everyday", EVERYDAY), ("declined", DECLINED)):
            await until_all_slots_are_free(product)
            async with present_guest(product, rest, name) as present:
                for question in questions:
                    for line in question.before:
                        await present.guest.exchange(speech.line(line))
                    said = await present.guest.exchange(speech.line(question.ask))
                    found.append(_asked(product, question, said))
                    print(f"questions: {question.ask} {found[-1].reply} ({found[-1].verdict})")
    return found


def _asked(product: Product, question: Question, said: Exchange) -> Asked:
    heard = product.offline.hear(said.sound, speech.RATE)
    return Asked(
        question.ask,
        question.declined,
        said.heard_as,
        said.reply,
        heard,
        said.wait,
        verdict(question, said.reply),
        spoken(said.reply, heard, _loudest(said.sound)),
    )


def _loudest(sound: speech.Samples) -> float:
    """Returns the energy of the parts in which the agent speaks."""
    voiced = [
        sound[int(start * speech.RATE) : int(end * speech.RATE)]
        for start, end in speech.spans(sound)
    ]
    return max(map(speech.rms, voiced), default=0.0)
