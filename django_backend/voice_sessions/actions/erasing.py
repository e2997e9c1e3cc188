"""What a person wants forgotten: sessions that have ended, with every word of them."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from voice_sessions import queries
from voice_sessions.actions import occurrences
from voice_sessions.models import Event, Session, State
from voice_sessions.searching import index
from voice_sessions.transcripts import MOST_CONTINUED

log = structlog.get_logger(__name__)
BATCH = 100
MOST_BATCHES = 10
"""One sweep deletes so much at most; other writers wait no longer than one batch takes."""
NO_SUMMARY: dict[str, Any] = {"summary": "", "summarised": 0}
NO_WORDS: dict[str, Any] = {
    "title": "",
    "system_prompt": "",
    "progress": [],
    "identity": "",
    "address": "",
    "variables": {},
    **NO_SUMMARY,
}


class SessionLive(Exception):
    """The session has not ended; only what is over can be erased."""


def erase(visitor: str, session_id: str) -> None:
    """Deletes the events and words of the visitor's session; nobody finds it any more.

    What agents of later sessions noted of it is deleted too. Raises Session.DoesNotExist if it
    is unknown or not theirs, and SessionLive.
    """
    with transaction.atomic():
        session = queries.visible_session(visitor, session_id)
        if session.state != State.ENDED:
            raise SessionLive(session_id)
        Session.objects.filter(id=session_id).update(erased=True, **NO_WORDS)
        _later_than(session).exclude(summary="").update(**NO_SUMMARY)
        _delete_words([session_id])
        occurrences.forget(Session.objects.filter(id=session_id))
    log.info("session_erased", session_id=session_id)


def erase_all(visitor: str) -> int:
    """Does so to all sessions of the visitor that have ended; returns how many.

    Nobody finds them from now on. Of very many the events are deleted by the next sweeps.
    """
    theirs = Session.objects.filter(visitor=visitor, state=State.ENDED, erased=False)
    with transaction.atomic():
        count = theirs.update(erased=True, **NO_WORDS)
        noted = Session.objects.filter(visitor=visitor).exclude(summary="")
        noted.update(**NO_SUMMARY)
        occurrences.forget(Session.objects.filter(visitor=visitor, erased=True))
    log.info("sessions_erased", count=count)
    sweep()
    return count


def _later_than(session: Session) -> QuerySet[Session]:
    """Returns the sessions that continue this one, and those that continue them."""
    ways = ("__".join(["continues"] * steps) for steps in range(1, MOST_CONTINUED + 1))
    found = reduce(or_, (Q(**{way: session.id}) for way in ways))
    return Session.objects.filter(found, visitor=session.visitor)


def sweep() -> None:
    """Deletes what is left of erased sessions, a bounded part at a time."""
    for _ in range(MOST_BATCHES):
        if not _delete_events():
            break
    _delete_rows()


def _delete_events() -> int:
    """Returns of how many erased sessions it has deleted the events."""
    of_session = Event.objects.filter(session_id=OuterRef("id"))
    ids = _first(Session.objects.filter(Exists(of_session), erased=True))
    with transaction.atomic():
        _delete_words(ids)
    return len(ids)


def _delete_words(session_ids: list[str]) -> None:
    """Deletes what was said in these sessions, and takes it out of the search."""
    index.remove(session_ids)
    Event.objects.filter(session_id__in=session_ids).delete()


def _delete_rows() -> None:
    """Deletes the rows of which no room needs the number any more: no pass for it is as old.

    The row of a recorded session stays until its sound is gone from the storage.
    """
    before = timezone.now() - queries.LATELY
    of_room = Session.objects.filter(visitor=OuterRef("visitor"), room=OuterRef("room"))
    used = Exists(of_room.filter(~Q(state=State.ENDED) | Q(ended_at__gte=before)))
    bare = ~Exists(Event.objects.filter(session_id=OuterRef("id")))
    quiet = Session.objects.filter(~used, bare, erased=True, recorded=False, ended_at__lt=before)
    Session.objects.filter(id__in=_first(quiet)).delete()


def _first(found: QuerySet[Session]) -> list[str]:
    return list(found.order_by("ended_at").values_list("id", flat=True)[:BATCH])
