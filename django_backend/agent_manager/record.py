"""The record's actions as coroutines: each is one step in a small pool of threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from channels.db import database_sync_to_async
from voice_sessions import actions
from voice_sessions.models import Session, State

POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="record")


def _step(function: Callable[..., Any]) -> Callable[..., Any]:
    return database_sync_to_async(function, thread_sensitive=False, executor=POOL)


def _load(session_id: str) -> Session:
    return Session.objects.get(id=session_id)


def _is_live(session_id: str, generation: int) -> bool:
    states = (State.STARTING, State.ACTIVE)
    return Session.objects.filter(id=session_id, generation=generation, state__in=states).exists()


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
end_abandoned = _step(actions.end_abandoned)
discard = _step(actions.discard)
