"""Keeping the index: lines come with the words that are stored, and go with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from common.text import mend

from voice_sessions.models import Event, SearchPlace, Session

from . import tables


def add(event: Event) -> None:
    """Makes a stored final findable; belongs into the transaction that stores it."""
    if not tables.is_there():
        return
    session = Session.objects.only("visitor").get(id=event.session_id)
    place, _ = SearchPlace.objects.get_or_create(session_id=event.session_id)
    tables.add(_lines(place.id, session.visitor, [(event.seq, event.payload)]))


def add_missing(visitors: Mapping[str, str]) -> None:
    """Makes all finals of these sessions findable, but for sessions that are in the index already.

    It takes the visitor of each session by its id, and belongs into a transaction. A migration
    calls it, so it asks for no column that may be newer than that.
    """
    there = SearchPlace.objects.filter(session_id__in=visitors)
    missing = visitors.keys() - set(there.values_list("session_id", flat=True))
    stored = Event.objects.filter(session_id__in=missing, type="final").order_by()
    finals: dict[str, list[tuple[int, Any]]] = {}
    for session_id, seq, payload in stored.values_list("session_id", "seq", "payload"):
        finals.setdefault(session_id, []).append((seq, payload))
    places = [SearchPlace(session_id=each) for each in visitors if each in finals]
    tables.add(
        line
        for place in SearchPlace.objects.bulk_create(places)
        for line in _lines(place.id, visitors[place.session_id], finals[place.session_id])
    )


def remove(session_ids: Collection[str]) -> None:
    """Takes these sessions out of the index; belongs into the transaction that deletes them."""
    places = SearchPlace.objects.filter(session_id__in=session_ids)
    numbers = list(places.values_list("id", flat=True))
    if numbers and tables.is_there():
        tables.delete(numbers)
    places.delete()


def _lines(number: int, visitor: str, finals: list[tuple[int, Any]]) -> list[tuple[int, str, str]]:
    """Returns the lines of one session: it takes the `seq` and the payload of each final."""
    return [
        (tables.place_of(number, seq), visitor, mend(payload["text"]))
        for seq, payload in finals
        if seq <= tables.MOST_SEQ
    ]
