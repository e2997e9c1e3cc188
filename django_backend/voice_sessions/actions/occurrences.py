"""What becomes of sessions, for whoever keeps something of it in the same transaction.

The record knows none of them: they say at the process's start that they want to know.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import structlog
from django.db import transaction
from django.db.models import QuerySet

from voice_sessions.models import Session
from voice_sessions.refusals import is_refusal, told

log = structlog.get_logger(__name__)


class Occurrence(StrEnum):
    """What may become of a session, at most once each, in this order."""

    STARTED = "session.started"
    FAILED = "agent.failed"
    ENDED = "session.ended"


class Keeper(Protocol):
    """Keeps something of sessions, within the transaction in which it is called."""

    def happened(self, session_id: str, what: Occurrence) -> None:
        """Keeps what has become of a session."""

    def forget(self, sessions: QuerySet[Session]) -> None:
        """Deletes what was kept of sessions whose words are deleted."""


_keepers: list[Keeper] = []


def keep(keeper: Keeper) -> None:
    """Has the keeper told from now on, in this process."""
    _keepers.append(keeper)


def tell(session_id: str, what: Occurrence) -> None:
    """Tells all keepers; belongs into the transaction of what happened.

    What the database refuses to keep is left out: nothing may keep a session from ending.
    """
    for keeper in _keepers:
        try:
            with transaction.atomic():
                keeper.happened(session_id, what)
        except Exception as error:
            if not is_refusal(error):
                raise
            log.error("occurrence_not_kept", session_id=session_id, what=what, **told(error))


def forget(sessions: QuerySet[Session]) -> None:
    """Has nothing of these sessions kept; belongs into the transaction that deletes their words."""
    for keeper in _keepers:
        keeper.forget(sessions)
