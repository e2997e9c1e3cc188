"""Writing a session's log: each event takes the next number and is announced on commit."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from wakeups import wake

from voice_sessions import open_segments
from voice_sessions.events import Durable, Final, type_of
from voice_sessions.models import TITLE_LENGTH, Event, Session, State
from voice_sessions.refusals import is_refusal, told
from voice_sessions.searching import index

log = structlog.get_logger(__name__)


class AppendRefused(Exception):
    """The session is over, or a newer agent has taken it."""


def append(session_id: str, generation: int, message: Durable, key: str = "") -> Event:
    """Returns the stored event with its number.

    An event is stored once, told by its segment or, where it has none, by a key. Raises
    AppendRefused after the session's end or from an old generation, and IntegrityError when the
    event is stored already.
    """
    with transaction.atomic():
        current = Session.objects.filter(id=session_id, generation=generation)
        if not _take_number(current.exclude(state=State.ENDED)):
            log.warning(
                "append_refused",
                session_id=session_id,
                generation=generation,
                event_type=type_of(message),
            )
            raise AppendRefused(session_id)
        return _insert(session_id, message, key)


def store(session_id: str, message: Durable) -> Event:
    """Returns the stored event, whatever the session's state; belongs into a transaction."""
    _take_number(Session.objects.filter(id=session_id))
    return _insert(session_id, message)


def settle_open(session_id: str) -> None:
    """Settles the segments that the agent left open, with the words that it last told.

    What the record refuses is left out: nothing that an agent leaves may keep a session open.
    """
    for message in open_segments.closing_events(session_id):
        try:
            with transaction.atomic():
                store(session_id, message)
        except Exception as error:
            if not is_refusal(error):
                raise
            kind = type_of(message)
            log.error("segment_not_settled", session_id=session_id, event_type=kind, **told(error))
    Session.objects.filter(id=session_id).exclude(progress=[]).update(progress=[])


def _take_number(session: QuerySet[Session]) -> bool:
    """Returns whether it took the next number, and with it the row until the transaction ends."""
    return bool(session.update(last_seq=F("last_seq") + 1))


def _insert(session_id: str, message: Durable, key: str = "") -> Event:
    seq = Session.objects.values_list("last_seq", flat=True).get(id=session_id)
    payload = message.payload()
    segment = payload.get("segment", "")
    if isinstance(message, Final):
        payload["order"] = _order(session_id, segment, seq)
        if message.role == "user":
            title = message.text.strip()[:TITLE_LENGTH]
            Session.objects.filter(id=session_id, title="").update(title=title)
    event = Event.objects.create(
        session_id=session_id,
        seq=seq,
        type=type_of(message),
        role=payload.get("role", ""),
        segment=segment or payload.get("call") or key,
        payload=payload,
        at=timezone.now(),
    )
    if event.type == "final":
        index.add(event)
    wake.announce_stored(session_id, seq)
    return event


def _order(session_id: str, segment: str, seq: int) -> int:
    started = Event.objects.filter(session_id=session_id, segment=segment, type="speech_started")
    return started.values_list("seq", flat=True).first() or seq
