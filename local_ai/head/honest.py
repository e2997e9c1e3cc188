"""A reply of the model without claims: it cannot act, so it must not say that it has, or will.

Small models answer what they misheard or were never asked before with "Sure, I'll call her now."
Sentence by sentence, words are held back while they may become such a claim, and a reply that makes
one is declined openly instead. Most sentences are clear at their first or second word.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache

from local_ai.head.asked.tools import ToolCall
from local_ai.head.reply import Revised
from local_ai.head.rules.claims import CLAIMS
from local_ai.head.rules.phrases import words_of
from local_ai.head.rules.topics import DECLINED, Topic

_MOST_SENTENCES = 4
"""Claims stand at the beginning; what comes later in a reply is told, not promised."""
_ASSENTING = (
    "sure okay ok of course certainly absolutely definitely alright all right yes yeah got it "
    "great thing no problem perfect understood then now so well thank thanks you please "
    "gern gerne ja nat\u00fcrlich klar selbstverst\u00e4ndlich gut sehr danke vielen dank bitte"
)
_ASSENT = frozenset(_ASSENTING.split())
_COMPOSING = re.compile(
    r"\b(?:(?:write|draft|compose|invent|make up) (?:me |us )?(?:an?|the|some\w*|this|that|it)|"
    r"poem|rhyme|story|tale|joke|riddle|lyrics|translat\w+|say (?:it )?(?:in|to)|"
    r"how (?:do|would|can|should) (?:i|you|we) (?:say|write|answer|reply|put)|"
    r"what (?:should|can|could|do|would) i (?:say|write|answer|reply)|in (?:spanish|french|german|"
    r"italian|latin|other words)|pretend|imagine|role ?play|act as|play the|example|dialog(?:ue)?|"
    r"grammar)\b"
)
"""What somebody says who wants words of somebody else's, in which anybody may promise anything."""
_SENTENCE_END = re.compile(r"[.!?\u2026]+[\"')\]\u201d]*\s+|\n+")
_ENDED = re.compile(r"[.!?\u2026\n][\"')\]\u201d]*$")
_UNFINISHED = re.compile(r"[\w'\u2019]{1,20}$")
"""A word that may go on; what is longer is of a script that has no spaces, and no claim here."""
_HAVE = re.compile(r"\b(i|you|we|they)'ve\b")
_ANY, _END = "_", "$"
_CLAIMS = tuple(CLAIMS)


@dataclass(frozen=True)
class _Step:
    """What one word of a sentence may be; `words` is None for any."""

    words: frozenset[str] | None
    is_excluding: bool
    is_optional: bool
    repeats: bool

    def takes(self, word: str) -> bool:
        return self.words is None or (word in self.words) != self.is_excluding


_Patterns = list[tuple[Topic, tuple[_Step, ...]]]


@dataclass(frozen=True)
class Judgement:
    """What a sentence claims so far, None for nothing, and whether it may still become a claim."""

    topic: Topic | None
    is_open: bool


def is_composing(turn: str) -> bool:
    """Whether a person asks for a text, whose words the one who speaks does not mean."""
    return bool(_COMPOSING.search(words_of(turn)))


def judged(
    words: Sequence[str], is_over: bool, known: tuple[tuple[Topic, str], ...] = _CLAIMS
) -> Judgement:
    """Returns what the first words of a sentence claim, or the whole of one that is over."""
    patterns = _patterns(known)
    places = {(each, at) for each in range(len(patterns)) for at in _from(patterns[each][1], 0)}
    has_begun = False
    for word in [*words, _END] if is_over else words:
        after = {
            (each, then) for each, at in places for then in _after(patterns[each][1], at, word)
        }
        if topic := _reached(after, patterns):
            return Judgement(topic, is_open=False)
        has_begun = has_begun or word not in _ASSENT
        places = after if has_begun else after | places
    return Judgement(None, is_open=bool(places))


class Honest(Revised):
    """The model's reply until it claims something, and then that it cannot do that."""

    async def pieces(self) -> AsyncGenerator[str | ToolCall]:
        """The words as they come; raises what the written reply raises."""
        reading = Reading()
        async with aclosing(self.written.pieces()) as pieces:
            async for piece in pieces:
                assert isinstance(piece, str)
                if words := reading.more(piece):
                    yield words
                if reading.topic:
                    break
        if words := reading.rest():
            yield words
        if reading.topic:
            yield f"{reading.gap}{DECLINED[reading.topic]}"


class Reading:
    """What the model has written so far; `topic` is what it claims, None as long as it does not.

    `known` are the claims that it may not make, as in `rules.claims`.
    """

    def __init__(self, known: tuple[tuple[Topic, str], ...] = _CLAIMS) -> None:
        self.topic: Topic | None = None
        self._known = known
        self._held = ""
        self._given = ""
        self._is_clear = False
        self._sentences = 0

    @property
    def gap(self) -> str:
        """What stands between the words that were given and a new sentence."""
        return " " if self._given and not self._given[-1].isspace() else ""

    def more(self, piece: str) -> str:
        """Returns the words that may be said now, with another piece of the reply."""
        self._held += piece
        return self._let_go(is_over=False)

    def rest(self) -> str:
        """Returns the words that may be said when the reply is over."""
        return self._let_go(is_over=True)

    def _let_go(self, is_over: bool) -> str:
        given = ""
        while self._held and self.topic is None and (part := self._next(is_over)):
            given += part
            self._given, self._held = part, self._held[len(part) :]
        return given

    def _next(self, is_over: bool) -> str:
        """The next part of what is held that may be said, up to the end of a sentence."""
        if self._sentences >= _MOST_SENTENCES:
            return self._held
        if self._is_clear and self._held[0].isspace() and _ENDED.search(self._given):
            self._begin()
        end = _end_of(self._held)
        if not self._is_clear:
            self._judge(self._held[:end] if end else self._held, is_over or bool(end))
        if not self._is_clear:
            return ""
        if end:
            self._begin()
        return self._held[:end] if end else self._held

    def _judge(self, sentence: str, is_over: bool) -> None:
        words = _words(sentence if is_over else _UNFINISHED.sub("", sentence))
        found = judged(words, is_over, self._known)
        is_begun = is_over or bool(words)
        self.topic = found.topic
        self._is_clear = is_begun and found.topic is None and (is_over or not found.is_open)

    def _begin(self) -> None:
        self._is_clear = False
        self._sentences += 1


def _end_of(text: str) -> int:
    """Where the first sentence ends that says more than "Sure.", 0 when none does."""
    for end in _SENTENCE_END.finditer(text):
        if not _ASSENT.issuperset(_words(text[: end.end()])):
            return end.end()
    return 0


def _words(text: str) -> list[str]:
    return _HAVE.sub(r"\1 have", words_of(text)).split()


@lru_cache(maxsize=64)
def _patterns(known: tuple[tuple[Topic, str], ...]) -> _Patterns:
    return [(topic, tuple(map(_step, pattern.split()))) for topic, pattern in known]


def _step(text: str) -> _Step:
    bare = text.rstrip("?*")
    words = None if bare == _ANY else frozenset(bare.lstrip("!").split("|"))
    repeats = text.endswith("*")
    return _Step(words, bare.startswith("!"), repeats or text.endswith("?"), repeats)


def _from(steps: Sequence[_Step], at: int) -> list[int]:
    """The steps of a pattern that may be next at a place, its end among them."""
    found = [at]
    while found[-1] < len(steps) and steps[found[-1]].is_optional:
        found.append(found[-1] + 1)
    return found


def _after(steps: Sequence[_Step], at: int, word: str) -> list[int]:
    if at >= len(steps) or not steps[at].takes(word):
        return []
    return _from(steps, at if steps[at].repeats else at + 1)


def _reached(places: set[tuple[int, int]], patterns: _Patterns) -> Topic | None:
    """The topic of a pattern that is through; of several, that of the first."""
    ends = [each for each, at in places if at == len(patterns[each][1])]
    return patterns[min(ends)][0] if ends else None
