"""Which requests and claims tools are about, as their names and descriptions tell."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from local_ai.head.rules.phrases import words_of
from local_ai.head.rules.topics import Topic

_ABOUT: Mapping[Topic, str] = {
    "weather": r"weather|forecasts?|wetter\w*",
    "news": r"news|headlines|nachrichten",
    "sports": r"scores?|match(?:es)?|games?|leagues?|spiele?",
    "prices": r"prices?|rates?|stocks?|currenc\w+|quotes?|preise?",
    "booking": r"book(?:s|ings?)?|reserv\w+|orders?|appointments?|buys?|purchases?|cancels?|"
    r"reschedules?|pay\w*|delivers?|buch\w+|termine?|bestell\w+|storn\w+",
    "sending": r"sends?|emails?|mails?|text message|sms|messages|forwards?|notif\w+|informs?|"
    r"send\w+|schick\w+",
    "calls": r"(?:phones?|dials?|calls) (?!it\b|this\b|the tool\b)\w+|transfers?|connects?|"
    r"ruft|anruf\w*",
    "reminders": r"remind\w*|alarms?|timers?|calendar|erinner\w+|kalender",
    "web": r"search\w*|web|internet|wikipedia|look(?:s|ing)? up|such\w*",
    "music": r"music|songs?|playlists?|radio|musik",
    "devices": r"turns?|switch\w*|lights?|lamps?|heating|thermostat|doors?|devices?|unlocks?|"
    r"licht\w*|heizung",
    "noting": r"notes?|writes? down|records?|logs?|saves?|stores?|notier\w+",
}
INFORMING: frozenset[Topic] = frozenset(
    ("weather", "news", "sports", "prices", "live", "web", "checking")
)
"""The topics of which something is found out, and nothing done."""
_FINDS_OUT = re.compile(
    r"(?:(?:\w+ )?(?:tells?|gives?|finds?|looks?|shows?|checks?|returns?|gets?|lists?|"
    r"searche?s?|fetche?s?|reads?|sagt|gibt|findet|zeigt|pr\u00fcft|liefert))\b"
)
"""How the description of a tool begins that finds something out and changes nothing."""
_TIME = re.compile(r"\b(?:date|time of day|clock|uhrzeit|datum)\b")
_THINGS = re.compile(
    r"\b(taxi|cab|uber|lyft|ride|flight|plane|train|bus|hotel|room|ticket|seat|pizza|food|meal|"
    r"groceries|flowers|appointment|meeting|table|car|bike|doctor|dentist|haircut|massage|"
    r"apartment|parcel|package|drink|flug|zug|zimmer|karte|tisch|termin|auto|fahrrad|blumen|"
    r"paket|bahn)s?\b"
)
"""What is booked or ordered: of one that no tool speaks of, none can do it."""
_COMMON = (
    "what when where which this that these those there here with from your have will would could "
    "should about please tell some does like want need know much many long time today tomorrow "
    "tonight people person them they then than into only just more also give gives tells make call "
    "send find look check show next week"
)
_STOP = frozenset(_COMMON.split())
_LEAST_LETTERS = 4
_ENDING = re.compile(r"(?<=\w{3})(?:es|ed|ing|s|e)$")


class Covered:
    """What some tools are about: `by` has the names of those that are about a topic."""

    def __init__(self, functions: Sequence[Mapping[str, Any]]) -> None:
        texts = {each["name"]: _text(each) for each in functions}
        finding = {
            each["name"] for each in functions if _FINDS_OUT.match(words_of(each["description"]))
        }
        self._vocabulary = {name: _stems(texts[name]) for name in texts if name in finding}
        self._things = set(_THINGS.findall(" ".join(texts.values())))
        self.by: Mapping[Topic, tuple[str, ...]] = {
            topic: found
            for topic, pattern in _ABOUT.items()
            if (found := _names(texts, re.compile(rf"\b(?:{pattern})\b"), finding))
        }
        self.finding = frozenset(finding)
        """The names of the tools that find something out and change nothing."""
        asked = [each["name"] for each in functions if each["parameters"].get("properties")]
        self.asking = tuple(name for name in asked if name in finding)
        """Those of them that have to be asked something."""
        self.tells_time = any(_TIME.search(texts[name]) for name in finding)
        """Whether one of them tells the time."""

    def tools_for(self, topic: Topic, words: str) -> tuple[str, ...]:
        """Returns the names of the tools that can do what words are about; they may be a claim."""
        if topic == "booking" and self.are_others_things(words):
            return ()
        if found := self.by.get(topic):
            return found
        if topic not in INFORMING:
            return ()
        about = tuple(name for name, known in self._vocabulary.items() if _stems(words) & known)
        return about or (self.asking if topic == "checking" else ())

    def are_others_things(self, words: str, text: str = "") -> bool:
        """Whether words ask for things of which neither a tool nor the text speaks."""
        named = set(_THINGS.findall(words_of(words)))
        known = self._things | set(_THINGS.findall(words_of(text)))
        return bool(named) and not named & known


def shares_words(words: str, text: str) -> bool:
    """Whether a text speaks of a thing that the words name."""
    return bool(_stems(words) & _stems(text))


def _text(function: Mapping[str, Any]) -> str:
    name = str(function["name"]).replace("_", " ").replace("-", " ")
    return words_of(f"{name} {function['description']}")


def _names(
    texts: Mapping[str, str], pattern: re.Pattern[str], finding: Collection[str]
) -> tuple[str, ...]:
    """The tools of which a pattern speaks, without those that only find out where others do."""
    found = tuple(name for name, text in texts.items() if pattern.search(text))
    return tuple(name for name in found if name not in finding) or found


def _stems(text: str) -> set[str]:
    """The words of a text that name things, without their endings."""
    words = (each for each in words_of(text).split() if len(each) >= _LEAST_LETTERS)
    return {_ENDING.sub("", each) for each in words if each not in _STOP}
