"""What a person types to the agent: a line of the transcript, stored before anybody answers it."""

from __future__ import annotations

import secrets

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from wakeups import wake

from voice_sessions.events import Final
from voice_sessions.models import LIVE_STATES, Event, Session
from voice_sessions.queries import visible_session

from .event_log import store

log = structlog.get_logger(__name__)
PREFIX = "typed."
"""Begins the segments of typed lines; the agents' own have no dot, so no client's id meets them."""
ID_LENGTH = 40
TEXT_LENGTH = 2000
"""The most characters of a typed text."""


class SessionOver(Exception):
    """The session has ended, or is about to: nobody would answer any more."""


class IdInUse(Exception):
    """The client gave this id to another text of the session."""


def say(visitor: str, session_id: str, text: str, client_id: str = "") -> Event:
    """Returns the final that stands for a typed text; the session's agent is woken to answer it.

    The same id again gives the event of the first time, also after the session's end. Raises
    Session.DoesNotExist like visible_session, SessionOver and IdInUse.
    """
    visible_session(visitor, session_id)
    segment = f"{PREFIX}{client_id or secrets.token_urlsafe(9)}"
    if known := _known(session_id, segment, text):
        return known
    try:
        event = _store(session_id, Final(role="user", text=text, segment=segment, typed=True))
    except IntegrityError:  # the same id was stored at the same time
        if known := _known(session_id, segment, text):
            return known
        raise
    log.info("typed_line_stored", session_id=session_id, seq=event.seq, characters=len(text))
    return event


def _store(session_id: str, message: Final) -> Event:
    live = Session.objects.filter(id=session_id, erased=False, state__in=LIVE_STATES)
    with transaction.atomic():
        if not live.update(typed_seq=F("last_seq") + 1):  # holds the row until the commit
            raise SessionOver(session_id)
        event = store(session_id, message)
        wake.wake_agent(session_id)
    return event


def _known(session_id: str, segment: str, text: str) -> Event | None:
    found = Event.objects.filter(session_id=session_id, segment=segment, type="final").first()
    if found is not None and found.payload["text"] != text:
        raise IdInUse(session_id)
    return found
