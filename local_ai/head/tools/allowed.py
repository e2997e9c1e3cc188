"""What may be claimed with tools: what was done by them, and offers of what they can do."""

from functools import lru_cache

from local_ai.head.rules.acted import ACTED
from local_ai.head.rules.claims import CLAIMS, OFFERS
from local_ai.head.rules.declined import instructed_on
from local_ai.head.rules.topics import DECLINED, Topic
from local_ai.head.tools.covered import INFORMING, Covered, shares_words

ANOTHER = "I am sorry, that is something that I cannot do."
"""What is said where an agent can do something of the kind, but not this."""
_LEFT: frozenset[Topic] = frozenset(("calls",))
"""Of which an agent may speak that is told what to say about it, as of being called back."""


def forbidden(
    covered: Covered, done: frozenset[Topic], callers: str
) -> tuple[tuple[Topic, str], ...]:
    """Returns the claims that a reply may not make; `done` are the topics of what was done."""
    left = instructed_on(callers) & _LEFT
    nothing: frozenset[Topic] = frozenset() if covered.asking else frozenset(("checking",))
    return _forbidden(frozenset(covered.by), done | left | nothing)


@lru_cache(maxsize=64)
def _forbidden(
    covered: frozenset[Topic], allowed: frozenset[Topic]
) -> tuple[tuple[Topic, str], ...]:
    offers = set(OFFERS)
    return tuple(
        (topic, pattern)
        for topic, pattern in (*CLAIMS, *ACTED)
        if topic not in allowed and not (topic in covered and (topic, pattern) in offers)
    )


def declined_with(covered: Covered, callers: str, topic: Topic, words: str) -> str:
    """Returns how a request is declined, "" where a tool can do it or the instructions tell."""
    told = instructed_on(callers)
    if topic == "booking" and covered.are_others_things(words, callers):
        return ANOTHER if topic in covered.by or topic in told else DECLINED[topic]
    if covered.tools_for(topic, words) or topic in told:
        return ""
    is_known = topic in INFORMING and shares_words(words, callers)
    return "" if is_known else DECLINED[topic]


def declined_without(callers: str, topic: Topic, words: str) -> str:
    """Returns how a request is declined where there are no tools, "" where instructions tell."""
    is_known = topic == "live" and shares_words(words, callers)
    return "" if is_known or topic in instructed_on(callers) else DECLINED[topic]
