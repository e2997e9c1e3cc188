"""Whether a conversation is in German, the other language of which rules know something."""

import re
from collections.abc import Sequence

_GERMAN = re.compile(
    r"\b(?:ich|sie|und|nicht|das|der|die|ist|bitte|ein|eine|einen|mir|wie|haben|guten)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:i|you|and|not|the|is|please|a|an|me|how|have|good|my|what|to|of)\b", re.IGNORECASE
)


def is_german(texts: Sequence[str]) -> bool:
    """Whether the last text that tells is German; one without any usual word tells nothing."""
    for text in reversed(texts):
        german, english = len(_GERMAN.findall(text)), len(_ENGLISH.findall(text))
        if german != english:
            return german > english
    return False
