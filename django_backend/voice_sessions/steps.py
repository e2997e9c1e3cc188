"""The record's actions as coroutines: each is one step in a small pool of threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError
from django.db import IntegrityError
from django.utils import timezone

from voice_sessions import actions, leases, queries, workers
from voice_sessions.models import LIVE_STATES, Session, State

POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="record")
DATABASE_PATIENCE = 34.0
"""Seconds for which an agent waits for a database that is away: 30, and one more attempt."""
RETRY_DELAY = 0.2
log = structlog.get_logger(__name__)


async def patiently(step: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    """The step's result; it is tried again while the database is away, for 30 s at least.

    An IntegrityError is raised at once.
    """
    deadline = time.monotonic() + DATABASE_PATIENCE
    while True:
        try:
            return await step(*args)
        except IntegrityError:
            raise
        except DatabaseError as error:
            if time.monotonic() > deadline:
                raise
            log.warning("record_unavailable", error=type(error).__name__)
            await asyncio.sleep(RETRY_DELAY)


def _step(function: Callable[..., Any]) -> Callable[..., Any]:
    return database_sync_to_async(function, thread_sensitive=False, executor=POOL)


def _load(session_id: str) -> Session:
    return Session.objects.get(id=session_id)


def _is_live(session_id: str, generation: int) -> bool:
    mine = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    return mine.exists()


def _history(session_id: str) -> list[dict[str, Any]]:
    return queries.entries(Session.objects.get(id=session_id))


def _not_ended() -> list[Session]:
    return list(Session.objects.exclude(state=State.ENDED).defer("system_prompt", "progress"))


def _ended_lately() -> list[Session]:
    lately = timezone.now() - queries.LATELY
    ended = Session.objects.filter(state=State.ENDED, ended_at__gte=lately)
    return list(ended.only("visitor", "room"))


def _beats(session_id: str, generation: int) -> int | None:
    """How often the agent of a live session has beaten; None when it is its agent no more."""
    mine = Session.objects.filter(id=session_id, generation=generation, state__in=LIVE_STATES)
    return mine.values_list("beats", flat=True).first()


def _has_ended(session_id: str) -> bool:
    return Session.objects.filter(id=session_id, state=State.ENDED).exists()


load = _step(_load)
is_live = _step(_is_live)
has_ended = _step(_has_ended)
activate = _step(actions.activate)
append = _step(actions.append)
end = _step(actions.end)
fail = _step(actions.fail)
finish = _step(actions.finish)
claim = _step(actions.claim)
beat = _step(actions.beat)
beats = _step(_beats)
standing = _step(actions.standing)
person_came = _step(actions.person_came)
move = _step(actions.move)
replace = _step(actions.replace)
history = _step(_history)
hide = _step(actions.hide)
discard = _step(actions.discard)
not_ended = _step(_not_ended)
ended_lately = _step(_ended_lately)
room_standing = _step(queries.room_standing)
room_standings = _step(queries.room_standings)
hold_lease = _step(leases.hold)
is_held = _step(leases.is_held)
release_lease = _step(leases.release)
report_worker = _step(workers.report)
worker_leaves = _step(workers.leave)
