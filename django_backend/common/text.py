"""Text from outside, made such that everything can store, send and show it."""

from __future__ import annotations

import re
import unicodedata

CUT = " …"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""What nobody sees, and some voices and databases refuse; tabs and line ends stay."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of control, format, surrogate, line and paragraph separator."""


def is_blank(text: str) -> bool:
    """Returns whether nothing of the text can be seen."""
    return all(sign.isspace() or unicodedata.category(sign) in UNSEEN for sign in text)


def mend(text: str) -> str:
    """Returns the text as valid Unicode without control characters.

    Halves of one character (UTF-16 surrogates, as JSON may spell them) are joined; a half alone is
    dropped, as is NUL, which PostgreSQL stores nowhere.
    """
    if not text.isascii():
        halves = text.encode("utf-16-le", "surrogatepass")
        text = halves.decode("utf-16-le", "ignore")
    return _CONTROLS.sub("", text)


def cut(text: str, most: int) -> str:
    """Returns at most so many characters of the text; where it was cut, an ellipsis ends it."""
    return text if len(text) <= most else text[: most - len(CUT)].rstrip() + CUT


class Joiner:
    """Mends text that comes in pieces, each of which may end in the middle of a character."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """Returns what can be handed on; the first half of a character waits for the next piece."""
        text = self._half + piece.replace("\0", "")
        ends_in_half = "\ud800" <= text[-1:] <= "\udbff"
        self._half = text[-1] if ends_in_half else ""
        return mend(text[:-1] if ends_in_half else text)

    def flush(self) -> str:
        """Returns what is left at the end: nothing, because a half alone is dropped."""
        self._half = ""
        return ""
