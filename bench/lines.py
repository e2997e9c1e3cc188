"""What the measured people say: plain sentences, and sentences with a pause in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice

from tests.support import speech

PLAIN, PAUSE_300, PAUSE_450 = "plain", "0.3 s pause", "0.45 s pause"
KINDS = (PLAIN, PAUSE_300, PAUSE_450)


@dataclass(frozen=True)
class Line:
    """One sentence. Its last sample is its last sound."""

    kind: str
    samples: speech.Samples


def lines(count: int, *, first: int = 0) -> list[Line]:
    """`count` lines, the kinds taking turns; `first` shifts where the round begins."""
    round_ = [Line(kind, speech.line(*parts)) for kind, *parts in _SCRIPT]
    return list(islice(cycle(round_), first, first + count))


_SCRIPT: list[tuple[str, *tuple[str | float, ...]]] = [
    (PLAIN, "What can you tell me about the weather today?"),
    (PAUSE_300, "Could you please remind me", 0.3, "to call my sister tomorrow?"),
    (PAUSE_450, "I would like to know", 0.45, "when the next train leaves."),
    (PLAIN, "Please tell me what you can do for me."),
    (PAUSE_300, "My name is Alice", 0.3, "and I live in London."),
    (PAUSE_450, "Is there anything else", 0.45, "that I should know about it?"),
]
