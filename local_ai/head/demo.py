"""The language half of the offline voice: openly a script, not a language model.

It knows what the rules know, its name and what it can do, tells a story, counts, and otherwise says
what it heard, that it is a demo, and how to get real answers.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from local_ai.head.rules.about import Facts
from local_ai.head.rules.rules import by_rule

NAME = "Echo"

GREETING = (
    f"Hello. I am {NAME}, a small demo voice that runs on this computer. "
    "Say something, and I will tell you what I heard."
)
STILL_HERE = "I am still here. Say something, and I will tell you what I heard."
NOTHING_HEARD = "Sorry, I did not catch that. Please say it again."
_DEMO_HINT = (
    "I am only a demo voice. To get real answers, put an OpenAI key into the settings file."
)
_SHORT_HINTS = (
    "Tell me more, or ask me what I can do.",
    "You can also ask me for the time, or for a story.",
)
_ABILITIES = (
    "I can repeat what I heard, tell you the time and the date, count, and tell a story. "
    "I am a demo, so for anything else you need an OpenAI key."
)
_NAMED = f"My name is {NAME}. I am the demo voice of this page."
FACTS: Facts = {
    "who": _NAMED,
    "name": _NAMED,
    "human": f"I am a small program that follows a script. {_DEMO_HINT}",
    "maker": f"I am {NAME}, a script that came with this voice agent, not a language model.",
    "where": "I run on the same computer as this voice agent, without the internet.",
    "privacy": "I run on the same computer as this voice agent, and I send what you say to nobody.",
    "can": _ABILITIES,
    "cannot": (
        "I follow a script, so I cannot answer questions or look anything up, and I cannot book, "
        f"send, call or remind. {_DEMO_HINT}"
    ),
}
_STORY = (
    "Here is a story. Once upon a time, a small voice lived inside a quiet computer. "
    "Every morning it listened for somebody to talk to, but nobody came. "
    "One day a visitor pressed a button and said hello. "
    "The voice was so happy that it repeated every word. "
    "The visitor laughed, and asked for the time, and for the day, and for a song. "
    "The voice could not sing, but it could count, and so it counted all the stars it knew. "
    "They talked until the evening, and then the visitor promised to come back. "
    "From that day on, the voice was never lonely again."
)
_ONES_TEXT = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS_TEXT = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _ONES_TEXT.split(), _TENS_TEXT.split()
_MOST = 100
_QUOTE_WORDS = 12
_KEY_WORDS = 6
_ALIKE = 0.8
_STOPWORDS_TEXT = (
    "a about above after again all am an and any are as at be because been but by can could did "
    "do does for from get go got had has have he her here him his how i if in into is it its just "
    "like me more most my no not now of on or our out please she so some than that the their "
    "them then there these they this those to too up us very was we were what when where which "
    "while who why will with would you your i'm i'd i'll i've it's that's um uh"
)
_STOPWORDS = frozenset(_STOPWORDS_TEXT.split())


@dataclass(frozen=True)
class Heard:
    """What the reply is made from: the person's last turn, and what stands around it.

    `before` is the reply before that turn.
    """

    words: str | None
    turn: int = 0
    asked_to_greet: bool = False
    speaks_first: bool = True
    before: str = ""


@dataclass(frozen=True)
class Intent:
    """Something the demo understands: usual ways to say it, a pattern, and the answer."""

    examples: tuple[str, ...]
    pattern: str
    answer: Callable[[str], str]

    def matches(self, words: str) -> bool:
        """Whether the words say this, be they recognised a little wrong."""
        if re.search(self.pattern, words):
            return True
        return any(_alikeness(words, example) >= _ALIKE for example in self.examples)


def reply(heard: Heard) -> str:
    """What the demo says: one or two sentences, or a long story when asked for one."""
    if heard.asked_to_greet or (heard.words is None and heard.speaks_first):
        return GREETING
    if heard.words is None:
        return STILL_HERE
    words = _normal(heard.words)
    if not words:
        return NOTHING_HEARD
    if answer := by_rule(heard.words, heard.before, FACTS, datetime.now()):
        return f"{_quoted(heard.words)} {answer.text}" if answer.declines else answer.text
    for intent in INTENTS:
        if intent.matches(words):
            return intent.answer(words)
    return f"{_quoted(heard.words)} {_hint(heard)}"


def _quoted(text: str) -> str:
    """A short sentence with the person's own words, or the telling ones when they were many."""
    words = re.findall(r"[\w'\u2019-]+", text)
    if len(words) <= _QUOTE_WORDS:
        return f"You said: {' '.join(words)}."
    telling = [word for word in words if word.lower() not in _STOPWORDS] or words
    chosen = list(dict.fromkeys(telling))[:_KEY_WORDS]
    return f"I heard you talk about {_listed(chosen)}."


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _hint(heard: Heard) -> str:
    """How to get real answers, in the first turn and every third; something lighter between."""
    if heard.turn % 3 == 1:
        return _DEMO_HINT
    return _SHORT_HINTS[heard.turn % 3 // 2]


def _normal(text: str) -> str:
    kept = re.sub(r"[^\w' ]+", " ", text.lower().replace("\u2019", "'"))
    return " ".join(kept.split())


def _alikeness(words: str, example: str) -> float:
    return difflib.SequenceMatcher(None, words, example, autojunk=False).ratio()


def _count(words: str) -> str:
    numbers = [_in_words(number) for number in range(1, _target(words.split()) + 1)]
    fives = (numbers[at : at + 5] for at in range(0, len(numbers), 5))
    return " ".join(f"{', '.join(five)}.".capitalize() for five in fives)


def _target(words: Iterable[str]) -> int:
    """The number somebody wants counted to; twenty when it was not understood."""
    total = 0
    for word in words:
        if word.isdecimal():
            total = int(word)
        elif word in _TENS:
            total += 20 + 10 * _TENS.index(word)
        elif word in _ONES:
            total += _ONES.index(word)
        elif word == "hundred":
            total = 100
    return min(total or 20, _MOST)


def _in_words(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number == 100:
        return "one hundred"
    tens, ones = _TENS[number // 10 - 2], number % 10
    return f"{tens} {_ONES[ones]}" if ones else tens


def _always(text: str) -> Callable[[str], str]:
    return lambda _: text


INTENTS = (
    Intent(
        ("tell me a story", "please tell me a story", "can you tell me a story"),
        r"\b(tell|read|give|want|hear|know)\b.*\bstor(y|ies)\b",
        _always(_STORY),
    ),
    Intent(("count to twenty", "please count to ten"), r"\bcount(ing)? (up )?(to|from)\b", _count),
    Intent(
        ("how are you", "how are you doing today"),
        r"^(\w+ )?how are you( doing)?( today)?$",
        _always("I am well, thank you. How are you?"),
    ),
    Intent(
        ("thank you", "thank you very much", "thanks a lot"),
        r"^(\w+ )?(thank you|thanks)\b",
        _always("You are welcome. Thank you for talking with me."),
    ),
    Intent(
        ("goodbye", "good bye", "see you later", "bye bye"),
        r"\bgood ?bye\b|\bbye\b|\bsee you (later|soon|tomorrow)\b",
        _always("Goodbye. It was nice to talk with you."),
    ),
    Intent(
        ("hello", "hi there", "hello there", "good morning", "good evening"),
        r"^(hello|hi|hey|good (morning|evening|afternoon))( there| echo)?$",
        _always("Hello to you too. Ask me what I can do."),
    ),
    Intent(
        ("stop", "stop it", "be quiet", "never mind"),
        r"^(please )?(stop|stop it|be quiet|never ?mind|wait)$",
        _always("Okay, I will stop. Tell me when you want something else."),
    ),
)
