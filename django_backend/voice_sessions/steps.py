"""The record's door for coroutines: each step is a function of the record in a pool of threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar, cast

import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError
from django.db import connection

from voice_sessions import queries, transcripts
from voice_sessions.actions import (
    erasing,
    event_log,
    generations,
    sessions,
    summaries,
    typed,
    usage,
)
from voice_sessions.processes import facts, leases, workers
from voice_sessions.recordings import keeping, storage
from voice_sessions.refusals import is_refusal

P = ParamSpec("P")
T = TypeVar("T")
POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="record")
WRITER = (
    POOL
    if connection.vendor == "postgresql"
    else ThreadPoolExecutor(max_workers=1, thread_name_prefix="record-writer")
)
"""SQLite lets one write at a time: others would wait for it by sleeping, and take the processor
from those who hand on what was written."""
DATABASE_PATIENCE = 34.0
"""Seconds for which an agent waits for a database that is away: 30, and one more attempt."""
RETRY_DELAY = 0.2
log = structlog.get_logger(__name__)


def step(
    function: Callable[P, T], executor: ThreadPoolExecutor | None = POOL
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Returns the function as a coroutine, which runs it in the pool or the loop's own threads."""
    in_thread = database_sync_to_async(function, thread_sensitive=False, executor=executor)
    return cast(Callable[P, Coroutine[Any, Any, T]], in_thread)


def patient(
    step: Callable[P, Coroutine[Any, Any, T]], seconds: float, delay: float
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Returns the step so that it tries again while the database is away.

    Between two tries it waits for the delay, in seconds. It raises what the step raises: at once
    what no second try mends, other errors of the database only after so many seconds.
    """

    async def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        deadline = time.monotonic() + seconds
        while True:
            try:
                return await step(*args, **kwargs)
            except DatabaseError as error:
                if is_refusal(error) or time.monotonic() > deadline:
                    raise
                log.warning("record_unavailable", error=type(error).__name__)
                await asyncio.sleep(delay)

    return tried


async def patiently(
    step: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Returns the step's result; it is tried again while the database is away, for 30 s at least.

    Raises what the step raises: at once what no second try mends, other errors of the database
    after 34 s.
    """
    return await patient(step, DATABASE_PATIENCE, RETRY_DELAY)(*args, **kwargs)


load = step(queries.session)
is_live = step(queries.is_live)
has_ended = step(queries.has_ended)
activate = step(sessions.activate, WRITER)
append = step(event_log.append, WRITER)
end = step(sessions.end, WRITER)
fail = step(sessions.fail, WRITER)
finish = step(sessions.finish, WRITER)
close = step(sessions.close, WRITER)
claim = step(generations.claim, WRITER)
beat = step(generations.beat, WRITER)
beats = step(queries.beats)
standing = step(queries.standing)
person_came = step(sessions.person_came, WRITER)
move = step(generations.move, WRITER)
replace = step(generations.replace, WRITER)
history = step(transcripts.words_of)
tools_used = step(transcripts.tools_used)
earlier = step(transcripts.earlier)
add_usage = step(usage.add, WRITER)
keep_summary = step(summaries.keep, WRITER)
last_asked = step(transcripts.last_asked)
typed_after = step(transcripts.typed_after)
say_typed = step(typed.say, WRITER)
answered_until = step(transcripts.answered_until)
hide = step(sessions.hide)
discard = step(sessions.discard)
sweep_erased = step(erasing.sweep)
sweep_recordings = step(keeping.sweep, storage.THREADS)
keep_piece = step(keeping.keep)
not_ended = step(queries.not_ended)
ended_lately = step(queries.ended_lately)
room_standing = step(queries.room_standing)
room_standings = step(queries.room_standings)
hold_lease = step(leases.hold)
is_held = step(leases.is_held)
release_lease = step(leases.release)
known_facts = step(facts.known_facts)
keep_facts = step(facts.keep_facts)
report_worker = step(workers.report)
worker_leaves = step(workers.leave)
