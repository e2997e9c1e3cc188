"""Notices a reply that only says again what the person has said."""

from local_ai.head.tools.numbers import bare

_LEAST_WORDS = 3


class Echo:
    """Holds words back while they are the person's own; `is_all` says that there were no others."""

    def __init__(self, asked: str) -> None:
        self.is_all = False
        self._asked = bare(asked)
        self._held = ""
        self._is_over = len(self._asked.split()) < _LEAST_WORDS

    def more(self, words: str) -> str:
        """Returns the words that may be said now, with more of the reply."""
        self._held += words
        if not self._is_over and self._asked.startswith(bare(self._held)):
            return ""
        self._is_over = True
        given, self._held = self._held, ""
        return given

    def rest(self) -> str:
        """Returns the words that may be said when the reply is over."""
        held, self._held = self._held, ""
        self.is_all = not self._is_over and bare(held) == self._asked
        return "" if self.is_all else held
