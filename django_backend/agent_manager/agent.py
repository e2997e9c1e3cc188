"""One session with the agent: who it is, and the coroutine that holds it from start to end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import structlog
from django.conf import settings
from livekit import rtc
from livekit.agents import Agent
from livekit.agents.utils import http_context
from livekit.agents.voice import AgentSession
from voice_sessions.actions import AppendRefused
from voice_sessions.events import SessionStarted
from voice_sessions.models import EndReason, Session

from . import pipeline, record
from .livekit_utils import agent_token, websocket_url
from .presence import Presence, ending
from .reporter import Reporter
from .writer import EventWriter

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT = 4.5
CLOSE_TIMEOUT = 1.0
CLEANUP_TIMEOUT = 15.0
DRAIN_TIMEOUT = 1.0
LEAVE_TIMEOUT = 1.0
SPOKEN_STYLE = (
    "Your words are spoken aloud and heard, not read: answer in one to three short sentences of "
    "plain speech, without lists, markup, emoji or links."
)


class VoiceAgent(Agent):
    """The agent of one session: its instructions, and the tools it may use."""

    def __init__(self, system_prompt: str) -> None:
        prompt = system_prompt or settings.SYSTEM_PROMPT
        super().__init__(instructions=f"{prompt}\n\n{SPOKEN_STYLE}")


async def converse(session: Session, joined: asyncio.Event) -> None:
    """Holds a session until somebody ends it; `joined` is set when the agent is in the room.

    Raises what kept the agent from joining, and what kept it from going on.
    """
    async with http_context.open(), _in_room(session) as room:
        joined.set()
        log.info("agent_joined", generation=session.generation)
        writer = EventWriter(session.id, session.generation)
        parts = await pipeline.build()
        try:
            await _hold(session, room, writer, pipeline.agent_session(parts))
        finally:
            await parts.aclose()


@contextlib.asynccontextmanager
async def _in_room(session: Session) -> AsyncIterator[rtc.Room]:
    room = rtc.Room()
    url = websocket_url(settings.LIVEKIT_URL)
    try:
        await asyncio.wait_for(room.connect(url, agent_token(session)), CONNECT_TIMEOUT)
        yield room
    finally:
        await _leave(room)
        log.info("agent_left", generation=session.generation)


async def _leave(room: rtc.Room) -> None:
    with contextlib.suppress(Exception):
        await asyncio.wait_for(room.disconnect(), LEAVE_TIMEOUT)


async def _hold(session: Session, room: rtc.Room, writer: EventWriter, voice: AgentSession) -> None:
    presence = Presence(room, session.identity, voice)
    reporter = Reporter(voice, writer.emit)
    closing = Closing(voice)
    presence.connect()
    writing = asyncio.create_task(writer.run(), name=f"writer {session.id}")
    try:
        await voice.start(
            VoiceAgent(session.system_prompt),
            room=room,
            room_options=pipeline.room_options(session.identity),
            session_host=False,
        )
        reporter.connect()
        writer.emit(SessionStarted())
        _greet(voice)
        reason = await _reason_to_leave(session, room, presence, reporter, writing)
        await _end(session, reason)
        await _settle(voice, closing, reporter, writer, writing)
        await record.finish(session.id)
    except AppendRefused:
        log.warning("agent_fenced", generation=session.generation)
    finally:
        presence.disconnect()
        await _stop_writing(writing)
        await _close(closing, room)
        await reporter.disconnect()


class Closing:
    """Closes a session of livekit-agents in a task of its own: cut short, it would leak tasks."""

    def __init__(self, voice: AgentSession) -> None:
        self._voice = voice
        self._task: asyncio.Task[None] | None = None

    async def within(self, seconds: float) -> bool:
        """Whether it has closed within that time; it goes on closing otherwise."""
        if self._task is None:
            self._task = asyncio.create_task(self._voice.aclose())
        await asyncio.wait({self._task}, timeout=seconds)
        return self._task.done()


def _greet(voice: AgentSession) -> None:
    if settings.GREETING:
        voice.say(settings.GREETING)
    else:
        voice.generate_reply(instructions="Greet the person in one short sentence.")


async def _reason_to_leave(
    session: Session,
    room: rtc.Room,
    presence: Presence,
    reporter: Reporter,
    writing: asyncio.Task[None],
) -> EndReason | None:
    """Why the agent ends the session, or None when somebody else already has."""
    disconnected: asyncio.Future[EndReason] = asyncio.get_running_loop().create_future()

    def on_disconnected(reason: rtc.DisconnectReason.ValueType) -> None:
        if not disconnected.done():
            log.warning("agent_disconnected", reason=rtc.DisconnectReason.Name(reason))
            disconnected.set_result(EndReason.ROOM_CLOSED)

    room.on("disconnected", on_disconnected)
    ended = asyncio.create_task(ending(session))
    due = asyncio.create_task(presence.reason_to_end())
    failed = asyncio.create_task(reporter.failed())
    causes: list[asyncio.Future[Any]] = [writing, ended, due, failed, disconnected]
    try:
        await asyncio.wait(causes, return_when=asyncio.FIRST_COMPLETED)
    finally:
        room.off("disconnected", on_disconnected)
        for task in (ended, due, failed):
            task.cancel()
        await asyncio.gather(ended, due, failed, return_exceptions=True)
    reasons = [cause.result() for cause in causes if cause.done() and not cause.cancelled()]
    return None if None in reasons else reasons[0]


async def _end(session: Session, reason: EndReason | None) -> None:
    if reason is not None:
        await record.end(session.id, reason)


async def _settle(
    voice: AgentSession,
    closing: Closing,
    reporter: Reporter,
    writer: EventWriter,
    writing: asyncio.Task[None],
) -> None:
    """Silences the agent, stores the open segments as they were heard, and drains the writer."""
    with contextlib.suppress(RuntimeError):
        voice.interrupt(force=True)
    await closing.within(CLOSE_TIMEOUT)
    reporter.settle()
    drained = asyncio.create_task(writer.drained())
    await asyncio.wait({drained, writing}, timeout=DRAIN_TIMEOUT, return_when="FIRST_COMPLETED")
    drained.cancel()


async def _stop_writing(writing: asyncio.Task[None]) -> None:
    writing.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await writing


async def _close(closing: Closing, room: rtc.Room) -> None:
    """Returns when nothing of the voice is left; the room is left before, when that takes long."""
    if await closing.within(CLOSE_TIMEOUT):
        return
    await _leave(room)
    if not await closing.within(CLEANUP_TIMEOUT):
        log.error("agent_not_closed")
