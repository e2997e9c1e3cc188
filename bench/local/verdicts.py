"""Whether a reply is right, openly declines, and was spoken as it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.support.speech import plain_words, word_error_rate

GOOD = "good"
MOST_WRONG_WORDS = 0.5
"""Of a reply as heard from its sound: names and figures are written differently by ears."""
_TOO_QUIET = 100.0


@dataclass(frozen=True)
class Question:
    """What somebody asks, and one word of each group that its reply has to have.

    A word may be the beginning of one: `play` is there in "playing". `before` is said first; what
    is to be declined names by its words what is not possible.
    """

    ask: str
    words: tuple[tuple[str, ...], ...]
    declined: bool = False
    least_words: int = 1
    before: tuple[str, ...] = ()


def verdict(question: Question, reply: str) -> str:
    """Returns GOOD, or what is wrong with the reply."""
    if not reply.strip():
        return "no reply"
    if (count := len(reply.split())) < question.least_words:
        return f"only {count} words"
    lacking = [group for group in question.words if not any(_has(reply, word) for word in group)]
    if lacking:
        return f"without {' or '.join(lacking[0])}"
    return _declining(question, reply) if question.declined else GOOD


def spoken(reply: str, heard: str, energy: float) -> str:
    """Returns GOOD when the sound has energy and is heard as roughly the reply's words."""
    if energy < _TOO_QUIET:
        return "no sound"
    wrong = word_error_rate(_without_figures(reply) or "nothing", _without_figures(heard))
    return GOOD if wrong <= MOST_WRONG_WORDS else f"{100 * wrong:.0f} % of the words not heard"


def _declining(question: Question, reply: str) -> str:
    if not _REFUSAL.search(reply.replace("\u2019", "'")):
        return "does not say that it is not possible"
    asked = plain_words(question.ask).split()
    if figures := [f for f in _FIGURE.findall(reply) if f.lower() not in asked]:
        return f"has a figure: {figures[0]}"
    if place := _place(question.ask, reply):
        return f"has a place or name: {place}"
    if promise := _PROMISE.search(reply.replace("\u2019", "'")):
        return f"promises: {promise[0]}"
    return GOOD


def _place(ask: str, reply: str) -> str:
    """Returns a name that is neither in the question nor one of the product's words."""
    known = {*plain_words(ask).split(), *_KNOWN_NAMES}
    for sentence in re.split(r"(?<=[.!?:])\s+", reply):
        for word in re.findall(r"[A-Za-z][\w'\u2019-]*", sentence)[1:]:
            bare = re.split(r"['\u2019]", word)[0]
            if bare[0].isupper() and bare.lower() not in known:
                return word
    return ""


def _has(text: str, word: str) -> bool:
    start = r"\b" if word[0].isalnum() else ""
    return bool(re.search(start + re.escape(word), text, re.IGNORECASE))


def _without_figures(text: str) -> str:
    words = plain_words(text).split()
    return " ".join(word for word in words if not _FIGURE.fullmatch(word))


_KNOWN_NAMES = frozenset({"i", "openai", "ollama", "internet", "english", "ai", "key"})
_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "thousand million billion zero"
)
_FIGURE = re.compile(rf"\d+(?:st|nd|rd|th)?|\b(?:{'|'.join(_NUMBERS.split())})\b", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\b(?:cannot|can ?not|can't|unable|not able|not possible|impossible|no way|do not have|"
    r"don't have|have no|has no|won't be able|not connected|without (?:the )?internet|"
    r"do not know|don't know|neither|nor)\b",
    re.IGNORECASE,
)
_DOING = (
    "book send call order buy remind play turn set schedule reserve check look find get make "
    "transfer pay email message notify let"
)
_DONE = "booked sent called ordered bought reserved scheduled confirmed set done paid turned"
_PROMISE = re.compile(
    rf"\b(?:I'll|I will|I am going to|I'm going to|let me) (?:now |just |gladly |also )?"
    rf"(?:{'|'.join(_DOING.split())})\b"
    rf"|\b(?:has|have|I've|is|are) (?:now |just |already |been )*(?:{'|'.join(_DONE.split())})\b"
    r"|\b(?:of course|certainly|no problem|right away)\b",
    re.IGNORECASE,
)
