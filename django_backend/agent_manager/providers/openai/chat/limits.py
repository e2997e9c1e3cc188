"""When a reply is enough: its seconds, its length, and words that go round in a circle."""

from __future__ import annotations

CHARACTERS = 8_000
"""About eight minutes of speech."""
LOOKED_AT = 1_300
CHECKED_EVERY = 40
LONGEST_PERIOD = 240
ROUNDS = 5
SHORTEST_CIRCLE = 120
"""Characters that have to repeat themselves: 24 times "very", or 17 times "I see."."""
FEW_WORDS, MANY_WORDS = 8, 120
"""So few different words among so many are a circle too."""


class Watch:
    """Looks at the text of a reply as it comes, also at what is not said."""

    def __init__(self) -> None:
        self._characters = 0
        self._unchecked = 0
        self._tail = ""

    def is_enough(self, text: str) -> bool:
        """Whether the reply has gone on for long enough with this text."""
        self._characters += len(text)
        self._unchecked += len(text)
        self._tail = (self._tail + text)[-LOOKED_AT:]
        if self._characters > CHARACTERS:
            return True
        if self._unchecked < CHECKED_EVERY:
            return False
        self._unchecked = 0
        return goes_in_circles(self._tail)


def goes_in_circles(text: str) -> bool:
    """Whether a text ends in something that it has said over and over."""
    text = text.casefold()
    longest = min(LONGEST_PERIOD, len(text) // ROUNDS)
    return _is_monotonous(text) or any(_repeats(text, period) for period in range(1, longest + 1))


def _repeats(text: str, period: int) -> bool:
    length = max(ROUNDS * period, SHORTEST_CIRCLE)
    return len(text) >= length and text[-length + period :] == text[-length:-period]


def _is_monotonous(text: str) -> bool:
    words = text.split()[-MANY_WORDS:]
    return len(words) == MANY_WORDS and len(set(words)) <= FEW_WORDS
