"""The calm line above the page that says what runs here in place of other people's servers."""

from __future__ import annotations

from dataclasses import dataclass

from flask_frontend.languages.saying import say
from flask_frontend.local_words import Told, place_words, tail


@dataclass(frozen=True)
class Notice:
    """The first sentence, and what follows the link after it; the second may be empty."""

    lead: str
    tail: str


def notice_of(told: Told | None, place: str) -> Notice | None:
    """What to tell people about what is local; None when nothing is, or nothing is known."""
    lead = lead_of(told, place)
    return Notice(lead, tail(told)) if told and lead else None


def lead_of(told: Told | None, place: str) -> str:
    """What runs at the place, in one sentence; "" where nothing does."""
    if not (what := _what_of(told)):
        return ""
    name = say(f"local-voice.notice.what.{what}")
    return say("local-voice.notice.line", what=name, where=where_of(told, place))


def where_of(told: Told | None, place: str) -> str:
    """The same without its name, as the beginning of a page; "" where nothing runs there."""
    if not (what := _what_of(told)):
        return ""
    return say(f"local-voice.notice.where.{what}", place=place_words(place))


def _what_of(told: Told | None) -> str:
    """What is local, as the words of the notice name it."""
    offline = (told.get("offline") or ()) if told else ()
    return "_".join(kind for kind in ("stt", "llm", "tts") if kind in offline)
