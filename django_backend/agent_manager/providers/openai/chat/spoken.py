"""A reply without what no person should hear: reasoning, calls of tools as text, special tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from agent_manager.providers.openai.chat import marks, tool_text

Hidden = Literal["thought", "call", "over"]


class Spoken:
    """Takes a model's text as it comes and gives back what is to be shown and said.

    Ordinary text passes at once; only an end that may become a mark waits for what follows.
    `on_lone_close` is told of a closing tag of reasoning that nothing had opened, and says whether
    what is not said yet was reasoning.
    """

    def __init__(self, on_lone_close: Callable[[], bool]) -> None:
        self.hid: set[Hidden] = set()
        self._on_lone_close = on_lone_close
        self._text = ""
        self._out = ""
        self._said_something = False
        self._last = "\n"
        self._hiding: tuple[Hidden, re.Pattern[str]] | None = None
        self._reading: Callable[[], str | None] = self._words

    def push(self, text: str) -> str:
        """What can be said now."""
        self._text += text
        while (piece := self._reading()) is not None:
            self._out += piece
        said, self._out = self._out, ""
        return said

    def end(self) -> str:
        """What can still be said when the reply is complete."""
        rest, self._text = self._text, ""
        if self._hiding or self._reading in (self._channel, self._role, self._header):
            return ""
        if self._reading in (self._fenced, self._bare) and tool_text.was_call(_json(rest)):
            self.hid.add("call")
            return ""
        return rest

    def _said(self, text: str) -> str:
        self._said_something = self._said_something or bool(text.strip())
        self._last = text[-1:] or self._last
        return text

    def _words(self) -> str | None:
        """Reads words up to the next mark; None when more text is needed."""
        text = self._last + self._text
        mark = marks.MARK.search(text, 1)
        if mark is None:
            return self._before_part_of_mark(text)
        if mark.lastgroup == "thought":
            return self._closed_alone(text[1 : mark.start()], text[mark.end() :])
        before = self._said(text[1 : mark.start()])
        kind = mark.lastgroup or ""
        if kind in ("fence", "bare"):
            self._text = text[mark.start() :]
            self._reading = self._fenced if kind == "fence" else self._bare
            return before
        self._text = text[mark.end() :]
        if kind == "code":
            self._reading = self._code
            return before + self._said(mark[0])
        self._enter(kind, mark[0])
        return before

    def _closed_alone(self, before: str, after: str) -> str:
        self._text = after
        if not self._on_lone_close():
            return self._said(before)
        self._out, self._said_something, self._last = "", False, "\n"
        self.hid.add("thought")
        return ""

    def _before_part_of_mark(self, text: str) -> str | None:
        part = marks.PART_OF_MARK.search(text, max(1, len(text) - marks.LONGEST))
        end = part.start() if part else len(text)
        self._text = text[end:]
        return self._said(text[1:end]) or None

    def _code(self) -> str | None:
        """Passes a block of code on as it is."""
        over = self._text.find("```")
        end = over + 3 if over >= 0 else len(self._text.rstrip("`"))
        shown, self._text = self._text[:end], self._text[end:]
        if over >= 0:
            self._reading = self._words
        return self._said(shown) or None

    def _enter(self, kind: str, mark: str) -> None:
        """Goes on as this mark asks for."""
        if kind == "think":
            self._hide("thought", marks.THOUGHT_OVER)
        elif kind == "call":
            self._hide("call", marks.call_over(mark))
        elif kind == "pythonic":
            self._hide("call", marks.PYTHONIC_OVER)
        elif kind == "over" and self._said_something:
            self._hide("over", marks.TURN_AGAIN)
        elif kind in ("channel", "role", "header"):
            self._reading = {
                "channel": self._channel,
                "role": self._role,
                "header": self._header,
            }[kind]

    def _hide(self, what: Hidden, until: re.Pattern[str]) -> None:
        self.hid.add(what)
        self._hiding = (what, until)
        self._reading = self._hidden

    def _show(self) -> None:
        self._hiding = None
        self._last = "\n"
        self._reading = self._words

    def _hidden(self) -> str | None:
        """Drops text up to what ends it."""
        assert self._hiding
        over = self._hiding[1].search(self._text)
        if over is None:
            self._text = self._text[-marks.LONGEST :]
            return None
        self._text = self._text[over.end() :]
        self._show()
        return ""

    def _channel(self) -> str | None:
        """Reads the head of a harmony message: only the final channel is said."""
        message = marks.MESSAGE.search(self._text)
        if message is None:
            return self._give_up_head()
        head, self._text = self._text[: message.start()].lower(), self._text[message.end() :]
        if "to=" in head:
            self._hide("call", marks.CHANNEL_OVER)
        elif "analysis" in head or "commentary" in head:
            self._hide("thought", marks.CHANNEL_OVER)
        else:
            self._show()
        return ""

    def _header(self) -> str | None:
        """Reads whose turn begins, between two tokens."""
        over = marks.HEADER_OVER.search(self._text)
        if over is None:
            return self._give_up_head()
        role, self._text = self._text[: over.start()].strip(), self._text[over.end() :]
        return self._turn_of(role)

    def _role(self) -> str | None:
        """Reads whose turn begins, from the word after a token."""
        role = re.match(r"\s*(\w+)[\s:]+", self._text)
        if role is None:
            return self._give_up_head()
        self._text = self._text[role.end() :]
        return self._turn_of(role[1])

    def _turn_of(self, role: str) -> str:
        self._show()
        if role.lower() not in marks.OWN_ROLES:
            self._hide("over", marks.TURN_AGAIN)
        return ""

    def _give_up_head(self) -> str | None:
        if len(self._text) > 2 * marks.LONGEST:
            self._show()
            return ""
        return None

    def _fenced(self) -> str | None:
        """Reads a block of code that may be a call."""
        fence = re.match(r"```(\w*)\s*", self._text)
        assert fence
        inside = self._text[fence.end() :]
        if fence[1].startswith("tool"):
            return self._fenced_as(hidden=True, start=fence.end())
        if inside.startswith("<"):
            if len(inside) < marks.CALL_IN_BLOCK_LENGTH:
                return None
            is_call = bool(marks.CALL_IN_BLOCK.match(inside))
            return self._fenced_as(hidden=is_call, start=fence.end())
        verdict, end = tool_text.judge(inside)
        if verdict == "unknown":
            return None
        return self._fenced_as(hidden=verdict == "call", start=fence.end() + end)

    def _fenced_as(self, *, hidden: bool, start: int) -> str:
        shown, self._text = self._text[:start], self._text[start:]
        if hidden:
            self._hide("call", marks.FENCE_OVER)
            return ""
        self._reading = self._code
        return self._said(shown)

    def _bare(self) -> str | None:
        """Reads JSON at the start of a line that may be a call."""
        verdict, end = tool_text.judge(self._text)
        if verdict == "unknown":
            return None
        self._show()
        if verdict == "call":
            self.hid.add("call")
            self._text = self._text[end:].lstrip()
            return ""
        end = end or 1
        shown, self._text = self._text[:end], self._text[end:]
        return self._said(shown)


def _json(text: str) -> str:
    return re.sub(r"^```\w*\s*", "", text)
