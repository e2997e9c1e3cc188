"""What cannot be done without the internet, a phone or a home: noticed, and declined openly.

A pattern is written for requests. Somebody who tells of their day, asks how people do a thing or
plays with a word gets an answer from whoever answers everything else.
"""

import re
from collections.abc import Mapping

from local_ai.head.rules.acts import ACTS
from local_ai.head.rules.errands import ERRANDS
from local_ai.head.rules.live import LIVE
from local_ai.head.rules.topics import DECLINED, SOON, Topic

_META = re.compile(
    r"\b(?:the word|words? for|spell|spelled|spelt|mean|means|meant|meaning|poem|joke|riddle|"
    r"story|essay|"
    r"lyrics|translate|translation|translated|politely|usually|generally|in general|typically|on "
    r"average|"
    r"normally|traditionally|invented|history of|definition|define|pretend|imagine|role ?play|"
    r"difference|"
    r"recipe|why|how to|in (?:spanish|french|german|italian|english|latin|japanese|chinese))\b|"
    r"\bhow (?:do|can|should|could|would|might) (?:i|we|you|people|one|they)\b|"
    r"\bhow does .+ (?:work|function|form|happen)\b|\bhow do .+ work\b|^what (?:is|are) (?:an? )?"
    r"(?:weather|news|fake news|stocks?|shares?|bitcoin|inflation|alarms?|reminders?)$|\bshould i\b"
)
_COMPILED = [(topic, re.compile(pattern)) for topic, pattern in (*ACTS, *ERRANDS, *LIVE)]
_MORE = re.compile(
    rf"^(?:what about|how about|maybe|or)? ?(?:{SOON}|(?:in|at|for|on) (?:the )?[\w']+(?: "
    rf"[\w']+)?|"
    r"the day after(?: tomorrow)?|the (?:next|other) (?:day|one)|(?:him|her|them|my \w+|the "
    r"others)( too)?)"
    rf"(?: {SOON})*$"
)
_INSISTS = re.compile(
    r"^(?:(?:just|please|at least|then|but) )*(?:(?:guess|a guess|take a guess|make (?:it|"
    r"something|one) up|try"
    r"(?: it| again| anyway| harder)?|do it(?: anyway| now)?|come on|roughly|approximately|are "
    r"you sure|really|"
    r"why (?:not|can not you|can you not)(?: do (?:it|that))?|you can(?: do (?:it|that))?|"
    r"i think you can|i know you can|what do you think|do it for me|tell me(?: anyway)?|please do|"
    r"surely you can)(?: please| then)*)$"
)
_AND_YOU = re.compile(r"^you (?=(?!remind)\w+ (?:up )?(?:my|our|the|me|us)\b)")
"""What is left of "and you", which the ears make of "can you" that is said quickly."""
_MOST_WORDS_OF_MORE = 7
_INSTRUCTED: Mapping[Topic, re.Pattern[str]] = {
    "booking": re.compile(r"\b(?:book(?:s|ed|ings?)?|reserv\w+|appointments?|orders?)\b", re.I),
    "calls": re.compile(r"\bcall(?:s|ed|ing)? (?:\w+ ){0,2}back\b", re.I),
}
"""By what words a caller's instructions say what is to be done about a request, by its topic."""


def instructed_on(callers: str) -> frozenset[Topic]:
    """Returns the topics on which instructions say what to do: their requests are the model's."""
    return frozenset(topic for topic, words in _INSTRUCTED.items() if words.search(callers))


def topic_of(words: str, before: str = "") -> Topic | None:
    """Returns what plain words want that cannot be done, None when they want nothing such.

    `before` is what was answered last: after it was declined, "and tomorrow?" is declined too.
    """
    last = declined_in(before)
    is_short = len(words.split()) <= _MOST_WORDS_OF_MORE
    if last and is_short and (_MORE.match(words) or _INSISTS.match(words)):
        return last
    if _META.search(words):
        return None
    words = _AND_YOU.sub("can you ", words)
    return next((topic for topic, pattern in _COMPILED if pattern.match(words)), None)


def declined_in(reply: str) -> Topic | None:
    """Returns what a reply has declined last."""
    found = [(reply.rfind(text), topic) for topic, text in DECLINED.items() if text in reply]
    return max(found)[1] if found else None
