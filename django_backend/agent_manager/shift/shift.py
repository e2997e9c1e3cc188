"""One session with the agent: who it is, and the coroutine that holds it from start to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import structlog
from common.tasks import cancel
from django.conf import settings
from django.db import Error as DatabaseError
from livekit import rtc
from livekit.agents import Agent
from livekit.agents.llm import LLM, ChatContext
from livekit.agents.utils import http_context
from livekit.agents.voice import AgentSession
from media_server.client import websocket_url
from media_server.fixes import audio_source, publishing
from media_server.tokens import agent_token
from voice_sessions import steps as record
from voice_sessions.actions import AppendRefused
from voice_sessions.events import SessionStarted
from voice_sessions.models import EndReason, Session, State
from voice_sessions.queries import Entry
from wakeups import wake

from agent_manager.listeners.listeners import Listeners
from agent_manager.providers import assemble as pipeline
from agent_manager.shift import heartbeat as pulse
from agent_manager.shift.hearing import Hearing
from agent_manager.shift.heartbeat import Departure
from agent_manager.shift.leaving import Closing, Visit
from agent_manager.shift.limits import Presence
from agent_manager.shift.writer import EventWriter

log = structlog.get_logger(__name__)

CLOSE_TIMEOUT = 1.0
CLEANUP_TIMEOUT = 15.0
DRAIN_TIMEOUT = 1.5
LAST_WORD_ATTEMPTS = 600
LAST_WORD_DELAY = 1.0
SPOKEN_STYLE = (
    "Your words are spoken aloud and heard, not read: answer in one to three short sentences of "
    "plain speech, without lists, markup, emoji or links."
)
PICK_UP = "Sorry, I was gone for a moment."
PICK_UP_LISTENING = f"{PICK_UP} Please go on."
PICK_UP_CUT = "Sorry, I was cut off. Shall I go on?"
ROOM_IS_OVER = (rtc.DisconnectReason.ROOM_DELETED, rtc.DisconnectReason.ROOM_CLOSED)

Entries = list[Entry]
T = TypeVar("T")

audio_source.install()
publishing.install()


class VoiceAgent(Agent):
    """The agent of one session: its instructions, its language, what was said before it came."""

    def __init__(self, system_prompt: str, llm: LLM, entries: Entries) -> None:
        prompt = system_prompt or settings.SYSTEM_PROMPT
        super().__init__(
            instructions=f"{prompt}\n\n{SPOKEN_STYLE}", llm=llm, chat_ctx=_context(entries)
        )


async def serve(session: Session, joined: asyncio.Event) -> None:
    """Holds a session; tells the supervisors when another agent has to go on.

    Raises what kept the agent from joining; what fails later is logged here.
    """
    structlog.contextvars.bind_contextvars(session_id=session.id)
    try:
        left = await converse(session, joined)
    except DatabaseError:
        if not joined.is_set():
            raise
        log.exception("record_lost", generation=session.generation)
        await _last_word(session)
        return
    except Exception:
        if not joined.is_set():
            raise
        log.exception("agent_failed", generation=session.generation)
        left = Departure.CUT_OFF
    if left in (Departure.MOVED, Departure.CUT_OFF):
        await wake.agent_gone(session.id, session.generation)


async def converse(session: Session, joined: asyncio.Event) -> Departure:
    """Holds a session until somebody ends it or another agent is to have it; says which.

    `joined` is set when the agent is in the room. Raises what kept it from joining or going on.
    """
    try:
        await record.claim(session.id, session.generation)
    except AppendRefused:
        log.warning("agent_not_wanted", generation=session.generation)
        return Departure.REPLACED
    async with http_context.open():
        parts = await pipeline.build()
        try:
            async with _in_room(session) as visit:
                joined.set()
                log.info("agent_joined", generation=session.generation, pid=os.getpid())
                left = await _hold(session, visit, parts)
        finally:
            await parts.aclose()
    log.info("agent_left", generation=session.generation, departure=left)
    return left


@contextlib.asynccontextmanager
async def _in_room(session: Session) -> AsyncIterator[Visit]:
    visit = Visit()
    try:
        await visit.enter(websocket_url(settings.LIVEKIT_URL), agent_token(session))
        yield visit
    finally:
        await visit.leave()


async def _hold(session: Session, visit: Visit, parts: pipeline.Pipeline) -> Departure:
    room = visit.room
    voice = pipeline.agent_session(parts, is_first=session.generation == 1)
    writer = EventWriter(session.id, session.generation)
    presence = Presence(room, session, voice)
    hearing = Hearing(room, session)
    listeners = Listeners(voice, writer.emit, pipeline.ENDPOINTING_DELAY)
    closing = Closing(voice, listeners)
    hearing.connect()
    writing = asyncio.create_task(writer.run(), name=f"writer {session.id}")

    def progress() -> pulse.Progress:
        return [*writer.progress, *listeners.open_words]

    beating = asyncio.create_task(pulse.departure(session, progress))
    try:
        entries: Entries = await record.patiently(record.history, session.id)
        presence.connect()
        left = await _until_person(session, room, presence, writer, writing, beating)
        if left is None:
            await voice.start(
                VoiceAgent(session.system_prompt, parts.llm, entries),
                room=room,
                room_options=pipeline.room_options(session.identity),
                session_host=False,
            )
            listeners.connect()
            _say_started(session, writer)
            _greet(voice, entries)
            left = await _until_left(session, room, presence, listeners, writing, beating)
        if left is Departure.REPLACED:
            await visit.leave()
            return left
        await _settle(voice, closing, listeners)
        await _write_all(writer, writing, visit)
        if left is Departure.ENDED:
            await record.patiently(record.finish, session.id)
        return left
    except AppendRefused:
        await visit.leave()
        return Departure.REPLACED
    finally:
        presence.disconnect()
        await hearing.disconnect()
        closing.begin()
        await cancel(writing, beating)
        writer.account()
        await _close(closing, visit)


def _context(entries: Entries) -> ChatContext:
    context = ChatContext.empty()
    for entry in entries:
        role = "assistant" if entry["role"] == "agent" else "user"
        interrupted = bool(entry["interrupted"])
        context.add_message(role=role, content=entry["text"], interrupted=interrupted)  # type: ignore[arg-type]
    return context


def _say_started(session: Session, writer: EventWriter) -> None:
    """Says once that the agent can hear."""
    if session.state == State.STARTING:
        session.state = State.ACTIVE
        writer.emit(SessionStarted())


def _greet(voice: AgentSession, entries: Entries) -> None:
    """Greets, or picks up what another agent has left."""
    if not entries:
        voice.say(settings.GREETING)
    elif entries[-1]["role"] == "user":
        voice.say(PICK_UP)
        voice.generate_reply()
    else:
        voice.say(PICK_UP_CUT if entries[-1]["interrupted"] else PICK_UP_LISTENING)


async def _until_person(
    session: Session,
    room: rtc.Room,
    presence: Presence,
    writer: EventWriter,
    writing: asyncio.Task[None],
    beating: asyncio.Task[Departure],
) -> Departure | None:
    """Returns when the person is there; why the agent leaves when they are not to come.

    Until then nothing is spoken and no server of speech or language is asked for anything.
    """
    if not presence.is_there:
        _say_started(session, writer)
        cause = await _first_of(session, room, writing, beating, presence.until_there())
        if cause is not None:
            return await _leave_for(session, cause)
    await record.patiently(record.person_came, session.id)
    return None


async def _until_left(
    session: Session,
    room: rtc.Room,
    presence: Presence,
    listeners: Listeners,
    writing: asyncio.Task[None],
    beating: asyncio.Task[Departure],
) -> Departure:
    """Why the agent leaves; where it is the one that ends the session, it has said so."""
    causes = presence.reason_to_end(), listeners.lasting_failure()
    return await _leave_for(session, await _first_of(session, room, writing, beating, *causes))


async def _first_of(
    session: Session,
    room: rtc.Room,
    writing: asyncio.Task[None],
    beating: asyncio.Task[Departure],
    *others: Coroutine[Any, Any, T],
) -> EndReason | Departure | T:
    """What ends the agent's stay, or one of the others when that comes first."""
    disconnected: asyncio.Future[EndReason | Departure]
    disconnected = asyncio.get_running_loop().create_future()

    def on_disconnected(reason: rtc.DisconnectReason.ValueType) -> None:
        if not disconnected.done():
            log.warning("agent_disconnected", reason=rtc.DisconnectReason.Name(reason))
            is_over = reason in ROOM_IS_OVER
            disconnected.set_result(EndReason.ROOM_CLOSED if is_over else Departure.CUT_OFF)

    room.on("disconnected", on_disconnected)
    newer = asyncio.create_task(pulse.newer_agent(session, room))
    waiting = [asyncio.create_task(other) for other in others]
    causes: list[asyncio.Future[Any]] = [writing, beating, newer, disconnected, *waiting]
    try:
        await asyncio.wait(causes, return_when=asyncio.FIRST_COMPLETED)
    finally:
        room.off("disconnected", on_disconnected)
        await cancel(newer, *waiting)
    found = [cause.result() for cause in causes if cause.done() and not cause.cancelled()]
    return found[0]  # type: ignore[no-any-return]


async def _leave_for(session: Session, cause: EndReason | Departure) -> Departure:
    return cause if isinstance(cause, Departure) else await _end(session, cause)


async def _end(session: Session, reason: EndReason) -> Departure:
    """Ends the session, unless somebody else did or another agent has it by now."""
    if await record.patiently(record.end, session.id, reason, session.generation):
        return Departure.ENDED
    standing = await record.patiently(record.standing, session.id, session.generation)
    return pulse.OF_STANDING.get(standing, Departure.ENDED)


async def _settle(voice: AgentSession, closing: Closing, listeners: Listeners) -> None:
    """Silences the agent and settles the open segments as they were heard."""
    with contextlib.suppress(RuntimeError):
        voice.interrupt(force=True)
    await closing.within(CLOSE_TIMEOUT)
    listeners.settle()


async def _write_all(writer: EventWriter, writing: asyncio.Task[None], visit: Visit) -> None:
    """Returns when everything is stored, or never will be: a database that is away is waited for.

    The agent does not stay in the room for that.
    """
    drained = asyncio.create_task(writer.drained())
    try:
        done, _ = await asyncio.wait(
            {drained, writing}, timeout=DRAIN_TIMEOUT, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            await visit.leave()
            await asyncio.wait({drained, writing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel(drained)


async def _close(closing: Closing, visit: Visit) -> None:
    """Returns when nothing of the voice is left; the room is left before, when that takes long."""
    if await closing.within(CLOSE_TIMEOUT):
        return
    await visit.leave()
    if not await closing.within(CLEANUP_TIMEOUT):
        log.error("agent_not_closed")


async def _last_word(session: Session) -> None:
    """Ends the session as agent_failed as soon as the record takes it, for ten minutes at most."""
    sentence = "The record could not be kept for a while, so the session had to end."
    for _attempt in range(LAST_WORD_ATTEMPTS):
        try:
            await record.fail(session.id, session.generation, "record_unavailable", sentence)
            await record.finish(session.id)
            return
        except DatabaseError:
            await asyncio.sleep(LAST_WORD_DELAY)
    log.error("last_word_not_stored")
