"""When a reply goes round in circles, as small models do, and where a long one may end."""

import re

_LONGEST_CYCLE = 16
_LEAST_WORDS, _LEAST_ROUNDS = 12, 3
_WORDS_LOOKED_AT = _LONGEST_CYCLE * _LEAST_ROUNDS
_LETTERS_LOOKED_AT = 1200
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s*$")


def repeats(text: str) -> bool:
    """Whether the text ends in the same words again and again."""
    words = re.findall(r"[^\W_]+", text[-_LETTERS_LOOKED_AT:].lower())[-_WORDS_LOOKED_AT:]
    return any(_ends_in_cycles(words, length) for length in range(1, _LONGEST_CYCLE + 1))


def ends_a_sentence(text: str) -> bool:
    """Whether a reply could end here."""
    return bool(_SENTENCE_END.search(text))


def _ends_in_cycles(words: list[str], length: int) -> bool:
    rounds = max(_LEAST_ROUNDS, -(-_LEAST_WORDS // length))
    tail = words[-length * rounds :]
    return len(tail) == length * rounds and tail == tail[:length] * rounds
