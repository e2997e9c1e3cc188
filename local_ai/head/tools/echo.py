"""Notices a reply that only says again what the person has said."""

import re

from local_ai.head.tools.numbers import bare

_LEAST_WORDS = 3
_BEGUN_WITH = re.compile(
    r"^(?:(?:so|and|but|then|well|ok|okay|yes|no|please|also|und|aber|dann|ja|nein|bitte)\b ?)+"
)
"""How a person begins what the model may say again without that."""


class Echo:
    """Holds words back while they are the person's own; `is_all` says that there were no others."""

    def __init__(self, asked: str) -> None:
        self.is_all = False
        whole = bare(asked)
        self._asked = {each for each in (whole, _BEGUN_WITH.sub("", whole)) if _is_long(each)}
        self._held = ""
        self._is_over = not self._asked

    def more(self, words: str) -> str:
        """Returns the words that may be said now, with more of the reply."""
        self._held += words
        said = bare(self._held)
        if not self._is_over and any(each.startswith(said) for each in self._asked):
            return ""
        self._is_over = True
        given, self._held = self._held, ""
        return given

    def rest(self) -> str:
        """Returns the words that may be said when the reply is over."""
        held, self._held = self._held, ""
        self.is_all = not self._is_over and bare(held) in self._asked
        return "" if self.is_all else held


def _is_long(text: str) -> bool:
    return len(text.split()) >= _LEAST_WORDS
