"""What is said by rule about tools, in the language of the conversation where that is German."""

import re
from collections.abc import Sequence

from local_ai.head.rules.topics import DECLINED, Topic

_GERMAN = re.compile(
    r"\b(?:ich|sie|und|nicht|das|der|die|ist|bitte|ein|eine|einen|mir|wie|haben|guten)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:i|you|and|not|the|is|please|a|an|me|how|have|good|my|what|to|of)\b", re.IGNORECASE
)
_DECLINED: dict[Topic, str] = {
    "booking": "Buchen oder bestellen kann ich hier nichts.",
    "sending": "Nachrichten senden oder lesen kann ich hier nicht.",
    "calls": "Anrufen kann ich niemanden.",
    "emergency": "Ich kann niemanden anrufen. Wenn es ein Notfall ist, rufen Sie bitte sofort "
    "selbst Hilfe, oder bitten Sie jemanden in Ihrer N\u00e4he darum.",
    "noting": "Aufschreiben oder weitergeben kann ich hier nichts.",
    "reminders": "Erinnern oder wecken kann ich nicht, und einen Kalender habe ich nicht.",
}
_DECLINED_OTHERS = "Das kann ich hier nicht."


def is_german(texts: Sequence[str]) -> bool:
    """Whether the last text that tells is German; one without any usual word tells nothing."""
    for text in reversed(texts):
        german, english = len(_GERMAN.findall(text)), len(_ENGLISH.findall(text))
        if german != english:
            return german > english
    return False


def declined(topic: Topic, german: bool) -> str:
    """Returns that something cannot be done here."""
    return _DECLINED.get(topic, _DECLINED_OTHERS) if german else DECLINED[topic]


def not_done(german: bool) -> str:
    """Returns that a tool has not done what it was called for."""
    if german:
        return "Das hat leider nicht geklappt."
    return "I am sorry, that did not work, so it is not done."


def done(german: bool) -> str:
    """Returns that a tool has done before what it was to do again."""
    return "Das ist schon erledigt." if german else "That is done already."


def not_yet(german: bool) -> str:
    """Returns that something has not been done."""
    return "Das habe ich noch nicht gemacht." if german else "I have not done that yet."


def needed(names: Sequence[str], german: bool) -> str:
    """Returns that something is missing; `names` are those of a tool's parameters."""
    listed = ", ".join(each.replace("_", " ") for each in names)
    return f"Daf\u00fcr brauche ich noch: {listed}." if german else f"For that I need: {listed}."
