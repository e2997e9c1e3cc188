"""The door of the rules: what is answered to a turn without asking anybody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from local_ai.head.rules import about, clock
from local_ai.head.rules.about import Facts
from local_ai.head.rules.declined import declined_in, topic_of
from local_ai.head.rules.phrases import Sentence, sentences
from local_ai.head.rules.topics import AGAIN, DECLINED, Topic

_MANY_WORDS = 60
_MOST_ANSWERS = 3
Declines = Callable[[Topic, str], str]
"""How a request of a topic, in plain words, is declined; "" where that is left to whoever can."""


@dataclass(frozen=True)
class Answer:
    """What is said by rule; `rest` are the person's other requests, for whoever answers those."""

    text: str
    declines: bool
    rest: str = ""


def always(topic: Topic, _words: str) -> str:
    """Returns how a request of a topic is declined where nobody can do it."""
    return DECLINED[topic]


def by_rule(
    turn: str, before: str, facts: Facts, now: datetime | None, declines: Declines = always
) -> Answer | None:
    """Returns the answer to what a person said, None when no rule has one.

    `before` is the reply before it. Without `now` the time is not told. Of a long turn, only the
    last sentence is looked at: what stands in the middle is more likely a part of a tale than a
    request.
    """
    said = sentences(turn)
    asked = said if len(turn.split()) <= _MANY_WORDS else said[-1:]
    found = {each: _answer(each, before, facts, now, declines) for each in asked}
    answers = {each: text for each, text in found.items() if text}
    if not answers:
        return None
    rest = [each.said for each in said if each not in answers and each.is_request]
    texts = list(dict.fromkeys(answers.values()))[:_MOST_ANSWERS]
    has_declined = all(declined_in(text) for text in texts)
    return Answer(" ".join(texts), has_declined, " ".join(rest))


def _answer(
    sentence: Sentence, before: str, facts: Facts, now: datetime | None, declines: Declines
) -> str:
    words = sentence.plain
    if (kind := about.asked(words)) and kind in facts:
        return facts[kind]
    if now and (told := clock.answer(words, before, now)):
        return told
    topic = topic_of(words, before)
    text = "" if topic is None else declines(topic, words)
    return f"{AGAIN} {text}" if text and declined_in(before) == topic else text
