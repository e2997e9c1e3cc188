"""What an agent noted of a long earlier conversation, kept for the agents that come after it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from voice_sessions.models import LIVE_STATES, Session
from voice_sessions.transcripts import Summary


def keep(session_id: str, generation: int, summary: Summary, of: Collection[str]) -> bool:
    """Returns whether the summary is stored with the session; `of` are the ids of what it is of.

    It is not where the session is over or has another agent, nor where their visitor has erased one
    of those. Whoever erases one at the same moment waits until it is stored, and then deletes it.
    """
    with transaction.atomic():
        there = Session.objects.select_for_update(nowait=True).filter(erased=False)
        if len(there.filter(id__in=of).values_list("id")) < len(of):
            return False
        current = Session.objects.filter(id=session_id, generation=generation)
        going_on = current.filter(state__in=LIVE_STATES)
        return bool(going_on.update(summary=summary.text, summarised=summary.lines))
