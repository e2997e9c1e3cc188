"""The beginning of a reply, which may turn out to be reasoning once a closing tag comes."""

from __future__ import annotations

import re
from typing import Literal

from agent_manager.providers.openai.chat.spoken import Spoken

Wait = Literal["no", "a_sentence", "warily", "until_closed"]
"""For what a reply's beginning waits: nothing, its first sentence, the same with more suspicion
where nothing is known of the model, or the tag that closes its reasoning."""
REASONS = re.compile(
    r"\bthe user\b|\bthe user's\b|\bthey(?:'re| are) asking\b|\bi (?:should|need to|must)\b"
    r"|\bwe (?:need to|should)\b|\blet me think\b|\bmy response\b|用户|пользовател"
    r"|\bl'utilisateur\b|\bder nutzer\b|\bel usuario\b",
    re.IGNORECASE,
)
"""How models talk to themselves."""
BLANK = " \t\r\n\u00a0\u200b\u200c\u200d\u2028\u2029\u2060\u3000\ufeff"
"""What there is nothing to see of, at the beginning of a reply."""
OPENS_SO = re.compile(
    r"\bthe (?:user|human)(?:'s)?\b|\bthey(?:'re| are) asking\b|\blet me think\b|用户|пользовател"
    r"|\bl'utilisateur\b|\bder nutzer\b|\bel usuario\b"
    r"|^(?:okay|ok|alright|hmm+)[,.]? (?:so,? )?(?:user\b|i need to\b|i should\b|we need to\b)",
    re.IGNORECASE,
)
"""The same in a first sentence of a model that has not thought aloud yet."""
SENTENCE = re.compile(r"[.!?…。！？][\"')\]]*\s+\S|[。！？]\S|.{60,}[,;:—]\s+\S", re.DOTALL)
LONG_ENOUGH = 120
"""Characters from which a beginning without a sentence is said."""
A_PHRASE = 26
"""The same for a model that is known not to think aloud, where it does not begin like that."""
PONDERS = re.compile(
    r"\s*(?:okay|ok|alright|hmm+|so|well|wait|first|let(?: me|'s)|i|we|they|user)\b", re.IGNORECASE
)
"""How models begin to think aloud, and replies too."""
HARMONY = "analysis"
HARMONY_REPLY = "assistantfinal"
"""A reply in channels whose special tokens the server took away: `analysis…assistantfinal…`."""


LABEL = re.compile(r"(?:\*\*)?(?:Assistant|AI|### Response):(?:\*\*)?\s*")
"""Whose turn it is, as models write it that were trained on conversations in plain text."""


class Lead:
    """What of a model's text is said, with its beginning held back as long as `wait` says.

    A first sentence costs no time: no voice begins before it is there.

    `closed_alone` says that a closing tag came which nothing had opened.
    """

    def __init__(self, wait: Wait) -> None:
        self.closed_alone = False
        self._wait = wait
        self._held = ""
        self._said_any = False
        self._harmony: bool | None = None
        self._spoken = Spoken(self._on_lone_close)

    @property
    def thought(self) -> bool:
        """Whether reasoning was left out."""
        return self.closed_alone or "thought" in self._spoken.hid

    @property
    def called(self) -> bool:
        """Whether a call of a tool was left out."""
        return "call" in self._spoken.hid

    def push(self, text: str) -> str:
        """What can be said now."""
        said = self._spoken.push(text)  # may find that what is held was reasoning
        self._held += said
        if "thought" in self._spoken.hid:
            self._wait = "no"
        return "" if self._must_wait() else self._release()

    def end(self, *, was_cut: bool) -> str:
        """What can still be said; `was_cut` says that the reply has no proper end."""
        self._held += self._spoken.end()
        looks_so = self._wait == "until_closed" and REASONS.search(self._held)
        if self._harmony or (was_cut and looks_so):
            self._spoken.hid.add("thought")
            self._held = ""
        return self._release()

    def _must_wait(self) -> bool:
        if self._is_harmony():
            return True
        if self._wait in ("a_sentence", "warily") and _is_sayable(self._held, self._wait):
            is_thought = OPENS_SO.search(self._held) or (
                self._wait == "warily" and REASONS.search(self._held)
            )
            self._wait = "until_closed" if is_thought else "no"
        return self._wait != "no"

    def _is_harmony(self) -> bool:
        """Whether the text is reasoning in a channel, or may still become that."""
        if self._said_any or self._harmony is False:
            return False
        start = self._held.lstrip()
        if not self._harmony:
            if len(start) <= len(HARMONY):
                return bool(start) and HARMONY.startswith(start)
            self._harmony = start.startswith(HARMONY) and start[len(HARMONY)].isupper()
        reply = self._held.find(HARMONY_REPLY)
        if self._harmony and reply >= 0:
            self._held = self._held[reply + len(HARMONY_REPLY) :]
            self._spoken.hid.add("thought")
            self._harmony, self._wait = False, "no"
        return self._harmony

    def _on_lone_close(self) -> bool:
        self.closed_alone = True
        if self._said_any:
            return False
        self._held, self._wait, self._harmony = "", "no", False
        return True

    def _release(self) -> str:
        said, self._held = self._held, ""
        if not self._said_any:
            said = said.lstrip(BLANK)
            said = said[label.end() :] if (label := LABEL.match(said)) else said
        self._said_any = self._said_any or bool(said.strip())
        return said


def _is_sayable(text: str, wait: Wait) -> bool:
    """Whether a voice could begin to say it: there is no use in letting it go earlier."""
    is_wary = wait == "warily" or PONDERS.match(text) is not None
    enough = LONG_ENOUGH if is_wary else A_PHRASE
    return len(text) >= enough or bool(SENTENCE.search(text))
