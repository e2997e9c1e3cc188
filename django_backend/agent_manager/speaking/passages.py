"""What a stretch of voice stands for: which of the shown text was heard at which moment of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from agent_manager.speaking.pieces import LETTERS_A_SECOND
from agent_manager.speaking.units import Unit, weight

PASSAGE = "voice_agent.passage"
"""The key in a frame's `userdata` of the passage that it belongs to."""


class Progress:
    """The seconds of a reply's voice that were made, and those that were heard.

    `words_at` and `sound_at` are when its first words came and the first sound of them, in seconds
    since 1970.
    """

    def __init__(self) -> None:
        self.words_at: float | None = None
        self.sound_at: float | None = None
        self.made = 0.0
        self._heard = 0.0
        self._moved = asyncio.Event()

    @property
    def ahead(self) -> float:
        """Seconds of voice that nobody has heard yet."""
        return max(0.0, self.made - self._heard)

    def heard_until(self, seconds: float) -> None:
        """So much of the reply has been heard by now."""
        self._heard = seconds
        self._moved.set()

    async def until_ahead_by(self, seconds: float) -> None:
        """Returns when no more than that many seconds are ahead."""
        while self.ahead > seconds:
            self._moved.clear()
            await self._moved.wait()


@dataclass
class Passage:
    """The voice of one piece. `seconds` is its length once it is known."""

    units: list[Unit]
    progress: Progress = field(default_factory=Progress)
    seconds: float | None = None

    def shown_at(self, moment: float) -> Iterator[str]:
        """Yields what is shown of it that many seconds after its beginning.

        What is not said itself appears together with what is said before it.
        """
        total = sum(weight(unit.said) for unit in self.units)
        seconds = total / LETTERS_A_SECOND if self.seconds is None else self.seconds
        before = begun = 0.0
        for unit in self.units:
            begun = before if unit.said.strip() else begun
            if total and begun / total * seconds > moment:
                return
            before += weight(unit.said)
            yield unit.shown


class Timeline:
    """The passages of what is being played, each with when it begins."""

    def __init__(self) -> None:
        self._passages: list[tuple[float, Passage]] = []

    @property
    def progress(self) -> Progress | None:
        """How far the reply is that is being played."""
        return self._passages[0][1].progress if self._passages else None

    def add(self, passage: Passage, begins: float) -> None:
        """Adds a passage once, that many seconds after the beginning of all."""
        if not self._passages or self._passages[-1][1] is not passage:
            self._passages.append((begins, passage))

    def shown_at(self, moment: float) -> str:
        """What is shown that many seconds after the beginning."""
        begun = ((moment - begins, passage) for begins, passage in self._passages)
        return "".join(_shown(part for part in begun if part[0] >= 0))

    def tell_progress(self, moment: float) -> None:
        """Tells whoever makes the voice how much of it has been heard."""
        if self._passages:
            self._passages[-1][1].progress.heard_until(moment)


def _shown(passages: Iterable[tuple[float, Passage]]) -> Iterator[str]:
    for moment, passage in passages:
        yield from passage.shown_at(moment)
