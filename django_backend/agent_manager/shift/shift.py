"""One agent's time in one session: what goes along with it, and what it does from entry to end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, TypeVar

from agents.agent import Agent
from common.tasks import cancel
from livekit.agents import UserInputTranscribedEvent
from voice_sessions import steps as record
from voice_sessions.actions.event_log import AppendRefused
from voice_sessions.endings import EndReason
from voice_sessions.events import Message, OpenWords, SessionStarted
from voice_sessions.models import Session, State

from agent_manager.providers.assemble import Pipeline, asks_for_streaming
from agent_manager.providers.local_head import LocalHead
from agent_manager.providers.openai.readiness import Readiness
from agent_manager.remembering.lines import Entries
from agent_manager.remembering.memory import Memory
from agent_manager.room_text.chat import Chat
from agent_manager.room_text.transcription import Transcription
from agent_manager.shift.conversation import Conversation
from agent_manager.shift.hearing import Hearing
from agent_manager.shift.heartbeat import OF_STANDING, Departure, Heartbeat
from agent_manager.shift.leaving import Visit, write_all
from agent_manager.shift.limits import LimitWatch
from agent_manager.shift.metering import Metering
from agent_manager.shift.recorder import Recorder
from agent_manager.shift.room_watch import RoomWatch
from agent_manager.shift.typed_lines import TypedLines
from agent_manager.shift.writer import EventWriter

T = TypeVar("T")
LAST_WORDS_SECONDS = 0.5
"""For which a session's end waits until its last words are on their way into the room."""
TOOLS_SECONDS = 3.0
"""For which one that takes over waits for its MCP servers: it knows only calls of tools it has."""


class Shift:
    """One generation of one session, in whose room its agent is.

    Its companions begin before it does anything, and end when it has done everything.
    """

    def __init__(self, session: Session, agent: Agent, parts: Pipeline, visit: Visit) -> None:
        self._session = session
        self._visit = visit
        self._readiness = Readiness(agent.services, asks_for_streaming=asks_for_streaming(agent))
        self._writer = EventWriter(session.id, session.generation)
        self._transcription = Transcription(visit.room, session.identity)
        self._conversation = Conversation(session, agent, parts, self._say)
        conversation = self._conversation
        self._memory = Memory(
            session, agent, parts.llm, conversation.know, lambda: conversation.is_answering
        )
        self._typed = TypedLines(session, self._read)
        self._heartbeat = Heartbeat(session, self._open_words, self._typed.look)
        self._local_head = LocalHead(agent.services["llm"], session.id, self._writer.emit)
        self._recorder = Recorder(session, agent, self._writer.emit)
        self._metering = Metering(session, self._conversation.voice)
        voice = self._conversation.voice
        voice.on("user_state_changed", lambda event: self._readiness.person_is(event.new_state))
        voice.on("user_input_transcribed", self._read_along)
        toolbox = conversation.toolbox
        toolbox.changed = self._offer_tools
        self._limits = LimitWatch(visit.room, session, agent.limits, voice, lambda: toolbox.is_busy)
        self._room_watch = RoomWatch(visit.room, session)
        self._companions: tuple[AbstractAsyncContextManager[Any], ...] = (
            self._conversation.muting,
            Hearing(visit.room, session, self._conversation.muting.heard),
            self._writer,
            self._heartbeat,
            self._local_head,
            self._recorder,
            self._transcription,
            Chat(visit.room, session),
            toolbox,
            self._metering,
        )

    async def run(self) -> Departure:
        """Holds the session until somebody ends it or another agent is to have it; says which."""
        async with AsyncExitStack() as held:
            held.push_async_callback(self._conversation.aclose, self._visit)
            for companion in self._companions:
                await held.enter_async_context(companion)
            try:
                return await self._hold()
            except AppendRefused:
                self._local_head.is_handed_over = True
                await self._visit.leave()
                return Departure.REPLACED

    async def _hold(self) -> Departure:
        entries: Entries = await self._said_so_far()
        self._typed.begin_after(entries)
        used = await record.patiently(record.tools_used, self._session.id) if entries else []
        self._conversation.remember(await self._memory.recall(), used)
        asked = await record.patiently(record.last_asked, self._session.id) if entries else None
        if entries:
            await self._conversation.toolbox.listed(TOOLS_SECONDS)
        async with self._limits, self._room_watch:
            left = await self._until_person()
            if left is None:
                async with self._readiness:
                    self._local_head.take(self._conversation.opening(entries))
                    await self._conversation.start(self._visit.room, entries)
                    self._recorder.begin(self._conversation.voice)
                    self._say_started()
                    self._conversation.greet(entries, asked)
                    async with self._memory, self._typed:
                        left = await self._until_left()
        if left is Departure.REPLACED:
            self._local_head.is_handed_over = True
            await self._visit.leave()
            return left
        await self._conversation.settle()
        await asyncio.gather(
            self._local_head.leave(),
            self._recorder.finish(),
            self._transcription.written(LAST_WORDS_SECONDS),
            self._metering.store(),
            write_all(self._writer, self._visit),
        )
        if left is Departure.ENDED:
            await record.patiently(record.finish, self._session.id)
        return left

    async def _said_so_far(self) -> Entries:
        """What was said, and last of it what was typed and has no answer yet."""
        entries: Entries = await record.patiently(record.history, self._session.id)
        if not any(entry["typed"] for entry in entries):
            return entries
        answered = await record.patiently(record.answered_until, self._session.id)
        return sorted(entries, key=lambda entry: entry["typed"] and entry["seq"] > answered)

    def _say(self, message: Message) -> None:
        """Tells the record what happened, and the person who reads along in the room."""
        self._writer.emit(message)
        self._transcription.take(message)

    async def _read(self, lines: Entries) -> None:
        self._limits.person_typed()
        await self._conversation.read(lines)

    def _read_along(self, event: UserInputTranscribedEvent) -> None:
        if not event.is_final and event.transcript:
            words = event.transcript
            self._local_head.read_along(lambda: self._conversation.so_far(words))

    async def _offer_tools(self) -> None:
        """Has the model know of tools that came later, and read of them ahead where it is ours."""
        await self._conversation.offer_tools()
        self._local_head.read_along(lambda: self._conversation.so_far(""))

    async def _until_person(self) -> Departure | None:
        """Returns when the person is there; why the agent leaves when they are not to come.

        Until then nothing is spoken and no server of speech or language is asked for anything.
        """
        if not self._limits.is_there:
            self._say_started()
            cause = await self._first(self._limits.until_there())
            if cause is not None:
                return await self._leave_for(cause)
        await record.patiently(record.person_came, self._session.id)
        return None

    async def _until_left(self) -> Departure:
        """Why the agent leaves; where it is the one that ends the session, it has said so."""
        listeners = self._conversation.listeners
        cause = await self._first(
            self._limits.reason_to_end(),
            listeners.lasting_failure(),
            self._conversation.own_tools.wished_end(),
        )
        return await self._leave_for(cause)

    async def _first(self, *others: Coroutine[Any, Any, T]) -> EndReason | Departure | T:
        """What ends the shift, or what one of the others gives when that comes first."""
        waiting = [asyncio.create_task(other) for other in others]
        causes: list[asyncio.Future[Any]] = [
            self._writer.task,
            self._heartbeat.task,
            self._room_watch.cause,
            *waiting,
        ]
        try:
            await asyncio.wait(causes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel(*waiting)
        found = [cause.result() for cause in causes if cause.done() and not cause.cancelled()]
        return found[0]  # type: ignore[no-any-return]

    async def _leave_for(self, cause: EndReason | Departure) -> Departure:
        return cause if isinstance(cause, Departure) else await end(self._session, cause)

    def _say_started(self) -> None:
        """Says once that the agent can hear."""
        if self._session.state == State.STARTING:
            self._session.state = State.ACTIVE
            self._writer.emit(SessionStarted())

    def _open_words(self) -> list[OpenWords]:
        return [*self._writer.progress, *self._conversation.listeners.open_words]


async def end(session: Session, reason: EndReason) -> Departure:
    """Ends the session, unless somebody else did or another agent has it by now; says which."""
    if await record.patiently(record.end, session.id, reason, session.generation):
        return Departure.ENDED
    standing = await record.patiently(record.standing, session.id, session.generation)
    return OF_STANDING.get(standing, Departure.ENDED)
