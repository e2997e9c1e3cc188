"""What a worker's job processes run: each holds one session at a time.

They import this module before anything of Django is set up, which it therefore does itself.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import threading
from contextvars import Context

import django
from django.apps import apps

if not apps.ready:
    django.setup()

# LiveKit's monitor walks the stack of a busy event loop from another thread; a job process died of
# SIGSEGV where Python reads frames, probably by that. Whoever sets this has the monitor back.
os.environ.setdefault("LIVEKIT_AGENTS_LOOP_BLOCK_WARN_MS", "0")

# What openai and channels_redis import late is imported here, once for all job processes.
import anyio._backends._asyncio  # noqa: F401
import channels_redis.serializers  # noqa: F401
import openai.lib.streaming.chat
import openai.resources.audio
import openai.resources.chat.completions  # noqa: F401
import structlog
import wakeups.layers  # noqa: F401
from agents.resolving import resolve
from agents.steps import agent_of
from common.tasks import cancel
from livekit.agents import JobContext, JobExecutorType, JobProcess
from livekit.agents.ipc.log_queue import LogQueueHandler
from livekit.agents.utils import http_context
from media_server import fixes
from voice_sessions import steps as record
from voice_sessions.models import Session
from wakeups import wake

from agent_manager.providers import assemble as pipeline
from agent_manager.providers.making import prepare
from agent_manager.runtimes.dispatch import Assignment
from agent_manager.shift.serve import serve

log = structlog.get_logger(__name__)
END_SECONDS = 5.0
_loop: asyncio.AbstractEventLoop | None = None


def share_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Makes all sessions of this process run in that loop, where jobs are threads.

    HTTP clients and channel layer belong to one loop, and so does what LiveKit goes on to end.
    """
    global _loop
    _loop = loop


def set_up(process: JobProcess) -> None:
    """Makes a fresh job process ready: its log and the HTTP clients."""
    if process.executor_type is JobExecutorType.PROCESS:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a process manager may signal the group
        if hasattr(signal, "SIGUSR1"):
            faulthandler.register(signal.SIGUSR1)  # comes before kill -9 of a silent job
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if not isinstance(each, LogQueueHandler)]
    fixes.install()
    warm()
    asyncio.run(_warm())


def warm() -> None:
    """Makes the HTTP clients of the settings' services."""
    pipeline.warm(resolve().services)


async def _warm() -> None:
    async with http_context.open():
        http_context.http_session()  # reads the system's certificates, once a process
        await prepare(resolve().services.values())


async def hold_session(context: JobContext) -> None:
    """The job: one agent of one session, by the same coroutine as in the embedded runtime."""
    assignment = Assignment.from_json(context.job.metadata)
    session: Session = await record.load(assignment.session_id)
    session.generation = assignment.generation
    # Without the job's context livekit-agents leaves the room to us, who join it ourselves.
    own = Context()
    if assignment.request_id:
        own.run(structlog.contextvars.bind_contextvars, request_id=assignment.request_id)
    serving = own.run(_serving, session)
    try:
        await asyncio.wait({serving})
    except asyncio.CancelledError:  # the worker is gone, or ends without having moved us
        if context.proc.executor_type is JobExecutorType.PROCESS:
            _end_soon()
        await wake.agent_gone(session.id, session.generation)
        await cancel(serving)
        raise
    finally:
        context.shutdown()
    if error := serving.exception():
        log.warning("agent_not_joined", session_id=session.id, exc_info=error)


def _serving(session: Session) -> asyncio.Future[None]:
    serving = _served(session)
    if _loop is None:
        return asyncio.create_task(serving)
    return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(serving, _loop))


async def _served(session: Session) -> None:
    await serve(session, await agent_of(session), asyncio.Event())


def _end_soon() -> None:
    """Ends this process in any case: without its worker nobody else would."""
    timer = threading.Timer(END_SECONDS, os._exit, [1])
    timer.daemon = True
    timer.start()
