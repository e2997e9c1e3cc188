"""Text from outside, made fit for everything that reads and stores it."""

from __future__ import annotations

import re

_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_UNFIT = re.compile("[\ud800-\udfff\x00]")


def mend(text: str) -> str:
    """The text as valid Unicode: halves of characters joined, lone ones and NUL dropped."""
    if not _UNFIT.search(text):
        return text
    return _UNFIT.sub("", _PAIR.sub(_joined, text))


class Joiner:
    """Mends text that comes in pieces, whose ends may cut a character in two."""

    def __init__(self) -> None:
        self._half = ""

    def push(self, piece: str) -> str:
        """The text up to here; the first half of a character waits for the second."""
        text = self._half + piece
        self._half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        return mend(text[: len(text) - len(self._half)])


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")
