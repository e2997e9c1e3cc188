"""The calm line above the page that says what runs here in place of other people's servers."""

from __future__ import annotations

from dataclasses import dataclass

from flask_frontend.local_words import Told, tail

_LEADS = {
    frozenset({"stt", "llm", "tts"}): "Local voice: everything runs on {place}.",
    frozenset({"llm"}): (
        "Local language: replies are made on {place}, while listening and speaking use the "
        "services that are set."
    ),
    frozenset({"stt", "llm"}): (
        "Local hearing and language: both run on {place}, and the voice is the service that is set."
    ),
    frozenset({"llm", "tts"}): (
        "Local language and voice: both run on {place}, and the service that is set listens."
    ),
    frozenset({"stt", "tts"}): (
        "Local hearing and voice: both run on {place}, and replies come from the language model "
        "that is set."
    ),
    frozenset({"stt"}): "Local hearing: speech is recognised on {place}.",
    frozenset({"tts"}): "Local speech: replies are spoken by a voice of {place}.",
}


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
    offline = frozenset(told.get("offline") or ()) if told else frozenset()
    return _LEADS.get(offline, "").format(place=place)
