"""What a person wants forgotten: sessions that have ended, with every word of them."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from voice_sessions import queries
from voice_sessions.models import Event, Session, State

log = structlog.get_logger(__name__)
BATCH = 100
MOST_BATCHES = 10
"""One sweep deletes so much at most; other writers wait no longer than one batch takes."""
NO_WORDS = {"title": "", "system_prompt": "", "progress": [], "identity": "", "address": ""}


class SessionLive(Exception):
    """The session has not ended; only what is over can be erased."""


def erase(visitor: str, session_id: str) -> None:
    """Deletes the events and words of the visitor's session; nobody finds it any more.

    Raises Session.DoesNotExist if it is unknown or not theirs, and SessionLive.
    """
    with transaction.atomic():
        session = queries.visible_session(visitor, session_id)
        if session.state != State.ENDED:
            raise SessionLive(session_id)
        Session.objects.filter(id=session_id).update(erased=True, **NO_WORDS)
        Event.objects.filter(session_id=session_id).delete()
    log.info("session_erased", session_id=session_id)


def erase_all(visitor: str) -> int:
    """Does so to all sessions of the visitor that have ended; returns how many.

    Nobody finds them from now on. Of very many the events are deleted by the next sweeps.
    """
    theirs = Session.objects.filter(visitor=visitor, state=State.ENDED, erased=False)
    count = theirs.update(erased=True, **NO_WORDS)
    log.info("sessions_erased", count=count)
    sweep()
    return count


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
    Event.objects.filter(session_id__in=ids).delete()
    return len(ids)


def _delete_rows() -> None:
    """Deletes the rows of which no room needs the number any more: no pass for it is as old."""
    before = timezone.now() - queries.LATELY
    of_room = Session.objects.filter(visitor=OuterRef("visitor"), room=OuterRef("room"))
    used = Exists(of_room.filter(~Q(state=State.ENDED) | Q(ended_at__gte=before)))
    bare = ~Exists(Event.objects.filter(session_id=OuterRef("id")))
    quiet = Session.objects.filter(~used, bare, erased=True, ended_at__lt=before)
    Session.objects.filter(id__in=_first(quiet)).delete()


def _first(found: QuerySet[Session]) -> list[str]:
    return list(found.order_by("ended_at").values_list("id", flat=True)[:BATCH])
