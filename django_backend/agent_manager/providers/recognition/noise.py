"""What recognisers write for sounds that are no words: `[BLANK_AUDIO]`, `(footsteps)`, `♪♪`."""

# ruff: noqa: RUF001 - recognisers write brackets of East Asia too
from __future__ import annotations

import re

_ALWAYS_SOUNDS = re.compile(
    r"<\|[^|>]*\|>"  # <|nospeech|>, <|0.00|>
    r"|\[[^\[\]]*\]|［[^［］]*］|【[^【】]*】|\{[^{}]*\}"
    r"|(?<!\S)\*+[^*\s][^*]*\*+(?!\S)"
    r"|[♩♪♫♬🎵🎶]+"
)
"""Marks that no recogniser uses for what somebody says."""
_SOUNDS_ALONE = re.compile(r"\([^()\d]*\)|（[^（）\d]*）|<[^<>]*>")
"""Marks of a sound where nothing else is there: "(footsteps)", but not "call (555) 0100"."""
_UNCLOSED = re.compile(r"[\[［【{][^\]］】}]*$|<\|?[^>]*$")


def words_in(text: str, *, settled: bool = True) -> str:
    """Returns what of the text are words, "" for none.

    Of words so far (`settled` False) a mark that is not closed yet counts as a sound.
    """
    words = _ALWAYS_SOUNDS.sub(" ", text)
    if not settled:
        words = _UNCLOSED.sub(" ", words)
        if words.lstrip().startswith(("(", "（", "*")):
            words = re.sub(r"^\s*[(（*][^)）*]*$", " ", words)
    if not any(letter.isalnum() for letter in _SOUNDS_ALONE.sub(" ", words)):
        return ""
    return " ".join(words.split()) if words != text else text.strip()
