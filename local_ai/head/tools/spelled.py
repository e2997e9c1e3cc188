"""Notices the call of a tool that was written as words to the person, which nobody may hear."""

import re
from collections.abc import Collection

_LAST = re.compile(r"(?<![\w`-])`*(?:([\w-]+)(`*\s?[:=]?\s?))?\Z")
"""The last word, and what may stand between the name of a tool and a bracket."""
_WORD = re.compile(r"[\w`-]*\Z")
_LONGEST_WORD = 80


class SpelledCall:
    """Gives words up to one that is a tool's name with a bracket; `tool` is that name then."""

    def __init__(self, names: Collection[str]) -> None:
        self.tool = ""
        self._names = names
        called = "|".join(map(re.escape, names))
        self._call = re.compile(rf"`*(?<![\w-])({called})`*\s?[:=]?\s?[({{]")
        self._word, self._held = "", ""

    def more(self, words: str) -> str:
        """Returns the words that may be said now, with more of the reply."""
        if self.tool:
            return ""
        before, text = self._word, f"{self._word}{self._held}{words}"
        found = self._call.search(text)
        at = max(len(before), found.start() if found else self._open_at(text))
        self.tool, self._held = (found[1], "") if found else ("", text[at:])
        self._word = _WORD.search(text[:at])[0][-_LONGEST_WORD:]  # type: ignore[index]
        return text[len(before) : at]

    def rest(self) -> str:
        """Returns the words that may be said when the reply is over."""
        held, self._held = self._held, ""
        return held

    def _open_at(self, text: str) -> int:
        """Where the word begins that with more of them may make a call."""
        last = _LAST.search(text)
        if last is None:
            return len(text)
        word, after = last[1] or "", last[2]
        names = [each for each in self._names if each == word or not after]
        return last.start() if any(each.startswith(word) for each in names) else len(text)
