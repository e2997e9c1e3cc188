"""What is kept of a session's sound: pieces come in while it goes on, and go when it is deleted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from django.db import transaction

from voice_sessions.models import Piece, Session

from . import storage

log = structlog.get_logger(__name__)
SWEPT_AT_ONCE = 20


class PieceRefused(Exception):
    """The session has another agent by now, or was deleted."""


@dataclass(frozen=True)
class NewPiece:
    """A piece that is in the storage; the fields are those of the model."""

    generation: int
    number: int
    starts_at: datetime
    packets: int
    pages: int
    size: int
    key: str
    peaks: bytes = b""


def keep(session_id: str, new: NewPiece) -> None:
    """Stores where a piece is; asked again after a commit that was not told, it does nothing.

    It takes the last ones of a session that is over, and raises PieceRefused for those of an agent
    that has a successor, or of a session that was deleted.
    """
    current = Session.objects.filter(id=session_id, generation=new.generation, erased=False)
    if not current.exists():
        raise PieceRefused(session_id)
    piece, _ = Piece.objects.get_or_create(
        session_id=session_id,
        generation=new.generation,
        number=new.number,
        defaults=asdict(new),
    )
    if not current.exists():  # it was deleted meanwhile, and its storage may have been emptied
        piece.delete()
        raise PieceRefused(session_id)


def sweep() -> None:
    """Empties the storage of what erased sessions sounded like, some sessions at a time.

    What cannot be deleted keeps nothing else; raises what the storage said to the last of it.
    """
    erased = Session.objects.filter(erased=True, recorded=True).order_by("?")
    failed: Exception | None = None
    for session_id in list(erased.values_list("id", flat=True)[:SWEPT_AT_ONCE]):
        try:
            storage.delete_all(session_id)
        except Exception as error:  # each storage has its own errors
            failed = error
        else:
            _forget(session_id)
    if failed is not None:
        raise failed


def _forget(session_id: str) -> None:
    with transaction.atomic():
        Piece.objects.filter(session_id=session_id).delete()
        Session.objects.filter(id=session_id).update(recorded=False)
    log.info("recording_erased", session_id=session_id)
