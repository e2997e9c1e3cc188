"""The words of a growing hypothesis that no longer change.

OpenAI's delta events can add words but never take one back, so a word counts as settled when the
last hypotheses agree on all words up to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Partials:
    """`agreeing` hypotheses make a word settled; the last `flickering` words never count."""

    agreeing: int = 3
    flickering: int = 0
    hypotheses: list[list[str]] = field(default_factory=list)
    sent: int = 0

    def more(self, hypothesis: str) -> str:
        """The newly settled words, with a leading space unless they are the first."""
        words = hypothesis.split()
        newest = words[: len(words) - self.flickering]
        self.hypotheses = [*self.hypotheses, newest][-self.agreeing :]
        if len(self.hypotheses) < self.agreeing:
            return ""
        return self._sent(newest[: sum(1 for _ in _agreed(self.hypotheses))])

    def rest(self, final: str) -> str:
        """The words that the final has beyond those that were sent."""
        return self._sent(final.split())

    def _sent(self, settled: list[str]) -> str:
        new = settled[self.sent :]
        if not new:
            return ""
        lead = " " if self.sent else ""
        self.sent += len(new)
        return lead + " ".join(new)


def _agreed(hypotheses: list[list[str]]) -> Iterator[str]:
    for words in zip(*hypotheses, strict=False):
        if len({_bare(word) for word in words}) > 1:
            return
        yield words[0]


def _bare(word: str) -> str:
    """The word as it sounds: a recogniser changes case and punctuation when more is said."""
    return "".join(filter(str.isalnum, word)).casefold()
