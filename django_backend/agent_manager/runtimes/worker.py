"""A worker of the dispatch runtime: LiveKit's AgentServer, which runs our agents as its jobs."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import time

import structlog
from common.diagnostics import tell_on_signal
from common.tasks import Tasks, cancel
from django.conf import settings
from django.db import Error as DatabaseError
from livekit.agents import AgentServer, JobExecutorType, JobRequest
from livekit.agents.utils.hw import get_cpu_monitor
from media_server.client import websocket_url
from media_server.names import agent_name
from media_server.tokens import agent_attributes
from voice_sessions import steps as record
from voice_sessions.models import Session, Worker
from wakeups import wake

from agent_manager.runtimes.dispatch import Assignment
from agent_manager.runtimes.finding_out import find_out
from agent_manager.runtimes.jobs import hold_session, set_up, share_loop

log = structlog.get_logger(__name__)
REPORT_SECONDS = 1.0
LOOK_SECONDS = 0.2
HOLDS_AFTER = 10.0
"""Seconds after which a job that still goes on is known to hold its session."""
SILENCE_SECONDS = 0.7
"""Longer than an agent's beats are apart."""
LEAVE_SECONDS = 6.0
MOST_SHARE = 0.69
"""Up to which LiveKit offers jobs: a worker at its `agents.target_load` (0.7) gets none."""
CPU_SHARE = 0.2
"""How much the newest second counts in the load that is compared with AGENT_LOAD_LIMIT."""
EXECUTORS = {"process": JobExecutorType.PROCESS, "thread": JobExecutorType.THREAD}


class WorkerProcess:
    """One worker: its server, what it reports of itself, and how it ends."""

    def __init__(self) -> None:
        self._accepted = 0
        self._load = 0.0
        self._is_draining = False
        self._is_registered = False
        self._hurry = asyncio.Event()
        self._tasks = Tasks()
        self._row = Worker(
            host=socket.gethostname(), pid=os.getpid(), seats=settings.AGENT_SESSIONS
        )
        self._server = AgentServer(
            job_executor_type=EXECUTORS[settings.AGENT_EXECUTOR],
            setup_fnc=set_up,
            preload_modules=["agent_manager.runtimes.preload"],
            load_fnc=self._share_taken,
            load_threshold=float("inf"),  # _answer decides
            num_idle_processes=settings.AGENT_IDLE_PROCESSES,
            initialize_process_timeout=30.0,
            ws_url=websocket_url(settings.LIVEKIT_URL),
            api_key=settings.LIVEKIT_API_KEY,
            api_secret=settings.LIVEKIT_API_SECRET,
            max_retry=1_000_000,
            host=settings.BIND_HOST,
            port=settings.AGENT_PORT,
            log_level=settings.LOG_LEVEL,
            http_proxy=settings.PROXIES.of(settings.LIVEKIT_URL) or None,
        )
        self._server.on("worker_registered", self._on_registered)
        self._server.rtc_session(hold_session, agent_name=agent_name(), on_request=self._answer)

    async def run(self) -> None:
        """Works until SIGTERM or SIGINT; then until its sessions have ended or moved.

        A second signal moves them at once.
        """
        stopped = asyncio.Event()

        def stop() -> None:
            (self._hurry if stopped.is_set() else stopped).set()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        if settings.AGENT_EXECUTOR == "thread":
            share_loop(loop)
        tell_on_signal()
        gc.collect()
        gc.freeze()  # as the backend does; job processes are forked from where LiveKit does it
        serving = asyncio.create_task(self._server.run())
        reporting = asyncio.create_task(self._report())
        looking = asyncio.create_task(self._look_after_jobs())
        self._tasks.start(find_out())
        waiting = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                await self._drain()
        finally:
            await cancel(waiting, reporting, looking)
            with contextlib.suppress(DatabaseError):
                await record.worker_leaves(self._row.id)
            await self._tasks.cancel()
            await self._server.aclose()
            (failure,) = await asyncio.gather(serving, return_exceptions=True)
        if isinstance(failure, Exception) and not stopped.is_set():
            log.error("worker_failed", exc_info=failure)
            raise SystemExit(1)
        log.info("worker_stopped")

    def _on_registered(self, worker_id: str, _server: object) -> None:
        self._is_registered = True
        self._tasks.start(self._offer_seats(worker_id))

    async def _offer_seats(self, worker_id: str) -> None:
        await self._report_soon()
        log.info("worker_ready", worker_id=worker_id, seats=settings.AGENT_SESSIONS)

    async def _answer(self, request: JobRequest) -> None:
        """Takes a job while there is a seat; above the load limit only what others have lost."""
        try:
            assignment = Assignment.from_json(request.job.metadata)
            session: Session = await record.load(assignment.session_id)
        except (ValueError, Session.DoesNotExist, DatabaseError) as error:
            log.warning("job_refused", error=type(error).__name__)
            await request.reject(terminate=not isinstance(error, DatabaseError))
            return
        if not self._has_seat() or (self._is_loaded() and assignment.generation == 1):
            log.info("job_refused", session_id=session.id, load=round(self._load))
            await request.reject(terminate=False)  # LiveKit then asks another worker
            return
        self._accepted += 1
        try:
            await request.accept(
                identity=session.livekit_agent_identity, attributes=agent_attributes(session)
            )
        finally:
            self._accepted -= 1

    def _has_seat(self) -> bool:
        taken = len(self._server.active_jobs) + self._accepted
        return not self._is_draining and taken < settings.AGENT_SESSIONS

    def _is_loaded(self) -> bool:
        return self._load > settings.AGENT_LOAD_LIMIT

    def _is_reachable(self) -> bool:
        """Whether LiveKit can offer this worker a job; the library says so nowhere else."""
        return not self._server._connecting

    def _share_taken(self) -> float:
        """What LiveKit compares workers by, always less than its target.

        Its news of us is up to 2.5 s old, so it asks full and loaded ones too, who refuse.
        """
        taken = (len(self._server.active_jobs) + self._accepted) / settings.AGENT_SESSIONS
        return MOST_SHARE if self._is_loaded() else MOST_SHARE * min(1.0, taken)

    async def _report(self) -> None:
        """Says once a second, in the record, what room there is."""
        monitor = get_cpu_monitor()
        while True:
            try:
                percent = 100 * await asyncio.to_thread(monitor.cpu_percent, REPORT_SECONDS)
                self._load += CPU_SHARE * (percent - self._load)
                if self._is_registered:
                    await self._report_once()
            except Exception as error:  # one report less; without any more nobody would ask us
                log.warning("worker_not_reported", error=type(error).__name__)
                await asyncio.sleep(REPORT_SECONDS)

    async def _report_soon(self) -> None:
        """Reports between two reports; the next one would tell the same."""
        with contextlib.suppress(DatabaseError):
            await self._report_once()

    async def _report_once(self) -> None:
        self._row.sessions = len(self._server.active_jobs) + self._accepted
        self._row.is_draining = self._is_draining or not self._is_reachable()
        self._row.is_loaded = self._is_loaded()
        await record.report_worker(self._row)

    async def _look_after_jobs(self) -> None:
        """Tells the supervisors of agents whose process has ended under them."""
        since: dict[Assignment, float] = {}
        while True:
            now = time.monotonic()
            jobs = {Assignment.from_json(job.job.metadata) for job in self._server.active_jobs}
            if gone := since.keys() - jobs:
                self._tasks.start(self._report_soon())
            for assignment in gone:
                is_holder = now - since[assignment] > HOLDS_AFTER
                self._tasks.start(self._tell_if_gone(assignment, is_holder=is_holder))
            since = {assignment: since.get(assignment, now) for assignment in jobs}
            await asyncio.sleep(LOOK_SECONDS)

    async def _tell_if_gone(self, assignment: Assignment, *, is_holder: bool) -> None:
        """A young job may have ended because another one holds the session: only silence tells."""
        with contextlib.suppress(DatabaseError):
            first = await record.beats(assignment.session_id, assignment.generation)
            if first is None:
                return
            if not is_holder:
                await asyncio.sleep(SILENCE_SECONDS)
                if first != await record.beats(assignment.session_id, assignment.generation):
                    return
            await wake.agent_gone(assignment.session_id, assignment.generation)

    async def _drain(self) -> None:
        """Takes nothing new; what still goes on at the end of the time moves to another worker."""
        log.info("worker_draining", sessions=len(self._server.active_jobs))
        self._is_draining = True
        await self._report_soon()
        draining = asyncio.create_task(self._server.drain(timeout=None))
        hurried = asyncio.create_task(self._hurry.wait())
        await asyncio.wait(
            {draining, hurried},
            timeout=settings.AGENT_DRAIN_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        await cancel(hurried)
        if not draining.done():
            await self._move()
            await asyncio.wait({draining}, timeout=LEAVE_SECONDS)
        await cancel(draining)

    async def _move(self) -> None:
        """Asks each agent that is still here to make room for another one elsewhere."""
        for job in self._server.active_jobs:
            assignment = Assignment.from_json(job.job.metadata)
            log.info("agent_moving", session_id=assignment.session_id)
            with contextlib.suppress(DatabaseError):
                await record.move(assignment.session_id, assignment.generation)
