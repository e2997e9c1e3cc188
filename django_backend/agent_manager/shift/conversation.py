"""An agent's part in a conversation: a session of livekit-agents, how it begins and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable

import structlog
from agents.agent import Agent
from common.text import cut, mend
from livekit import agents as livekit_agents
from livekit import rtc
from livekit.agents import NOT_GIVEN, ModelSettings, stt
from livekit.agents.llm import LLM, ChatContext
from media_server.people import evens_out_loudness
from voice_sessions.events import TEXT_LENGTH, Message
from voice_sessions.models import Session
from voice_sessions.transcripts import Asked, Entry

from agent_manager.listeners.guesses import Guesses
from agent_manager.listeners.listeners import Listeners
from agent_manager.listeners.turn_times import Question
from agent_manager.providers import assemble as pipeline
from agent_manager.providers.openai.chat.history import Message as ChatMessage
from agent_manager.providers.openai.chat.history import fitted
from agent_manager.shift.leaving import Visit, outlasting
from agent_manager.speaking.speaker import Speaker

log = structlog.get_logger(__name__)
CLOSE_TIMEOUT = 1.0
CLEANUP_TIMEOUT = 15.0
SPOKEN_STYLE = (
    "Your words are spoken aloud and heard, not read: answer in one to three short sentences of "
    "plain speech, without lists, markup, emoji or links."
)
PICK_UP = "Sorry, I was gone for a moment."
PICK_UP_LISTENING = f"{PICK_UP} Please go on."
GO_ON = "Welcome back. Where shall we go on?"
PICK_UP_CUT = "Sorry, I was cut off. Shall I go on?"

Entries = list[Entry]


def instructions_of(agent: Agent) -> str:
    """What the agent's language model is told before all else."""
    return f"{agent.instructions}\n\n{SPOKEN_STYLE}"


class VoiceAgent(livekit_agents.Agent):
    """An agent as livekit-agents wants it, with what was said before it came."""

    def __init__(self, agent: Agent, llm: LLM, speaker: Speaker, entries: Entries) -> None:
        super().__init__(
            instructions=instructions_of(agent),
            llm=llm,
            tools=list(agent.tools),
            chat_ctx=_context(entries),
        )
        self._speaker = speaker

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncIterable[rtc.AudioFrame]:
        """Returns the voice of a reply, whose frames know which of its words they stand for."""
        return self._speaker.speak(text, self.session.conn_options.tts_conn_options)

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncIterator[stt.SpeechEvent]:
        """Yields what was recognised, mended before anything else sees it."""
        events = livekit_agents.Agent.default.stt_node(self, audio, model_settings)
        async with contextlib.aclosing(events):
            async for event in events:
                for heard in event.alternatives:
                    heard.text = cut(mend(heard.text), TEXT_LENGTH)
                yield event


class Conversation:
    """The voice of a session's agent and what listens to it, from start to close."""

    def __init__(
        self,
        session: Session,
        agent: Agent,
        parts: pipeline.Pipeline,
        emit: Callable[[Message], None],
    ) -> None:
        self._session = session
        self._agent = agent
        self._parts = parts
        self._before: Entries = []
        self._greeting = greeting_of(session, agent)
        self._speaker = Speaker(parts.tts, agent.language, fixed_greeting(session, agent))
        is_first = session.generation == 1
        self.voice = pipeline.agent_session(parts, agent.turns, is_first=is_first)
        guesses = Guesses(self.voice, parts.speculation)
        self.listeners = Listeners(
            self.voice, emit, agent.turns.ends_after, parts.stt.outcome, guesses
        )
        self._closing: asyncio.Task[None] | None = None

    def remember(self, before: Entries) -> None:
        """Has the agent know what was said in sessions that this one continues."""
        self._before = before

    def opening(self, entries: Entries) -> list[ChatMessage]:
        """What every request of this conversation begins with, as far as it is known now."""
        context = _context([*self._before, *entries])
        if not entries:
            context.add_message(role="assistant", content=self._greeting)
        said, _ = context.to_provider_format(format="openai")
        messages = [{"role": "system", "content": mend(instructions_of(self._agent))}, *said]
        return fitted(messages, self._agent.replies.history_tokens)

    def so_far(self, words: str) -> list[ChatMessage]:
        """What the next request will begin with, when the person has said these words by now."""
        context = self.voice.current_agent.chat_ctx.copy(exclude_instructions=True)
        context.add_message(role="user", content=words)
        said, _ = context.to_provider_format(format="openai")
        messages = [{"role": "system", "content": mend(instructions_of(self._agent))}, *said]
        return fitted(messages, self._agent.replies.history_tokens)

    async def start(self, room: rtc.Room, entries: Entries) -> None:
        """Begins to hear the session's person, and to be heard by them."""
        person = room.remote_participants.get(self._session.identity)
        is_even = person is not None and evens_out_loudness(person)
        await self.voice.start(
            VoiceAgent(self._agent, self._parts.llm, self._speaker, [*self._before, *entries]),
            room=room,
            room_options=pipeline.room_options(self._session.identity, is_even=is_even),
            session_host=False,
        )
        self.listeners.connect()

    def greet(self, entries: Entries, asked: Asked | None = None) -> None:
        """Greets, or picks up what another agent has left: `asked` was said last."""
        if not entries:
            self.voice.say(self._greeting, audio=self._speaker.kept() or NOT_GIVEN)
        elif entries[-1]["role"] == "user":
            if asked is not None:
                ended = asked.ended_at.timestamp() - self._agent.turns.ends_after
                self.listeners.take_over(Question(asked.segment, ended, taken_over=time.time()))
            self.voice.say(PICK_UP)
            self.voice.generate_reply()
        else:
            self.voice.say(PICK_UP_CUT if entries[-1]["interrupted"] else PICK_UP_LISTENING)

    async def settle(self) -> None:
        """Silences the agent and settles the open segments as they were heard."""
        with contextlib.suppress(RuntimeError):
            self.voice.interrupt(force=True)
        await self._closed_within(CLOSE_TIMEOUT)
        self.listeners.settle()

    async def aclose(self, visit: Visit) -> None:
        """Returns when nothing of it is left; the room is left before, when that takes long."""
        if await self._closed_within(CLOSE_TIMEOUT):
            return
        await visit.leave()
        if not await self._closed_within(CLEANUP_TIMEOUT):
            log.error("agent_not_closed")

    async def _closed_within(self, seconds: float) -> bool:
        """Whether it has closed within that time; it goes on closing otherwise."""
        if self._closing is None:
            self._closing = outlasting(self._close())
        await asyncio.wait({self._closing}, timeout=seconds)
        return self._closing.done()

    async def _close(self) -> None:
        try:
            await self.voice.aclose()
        finally:
            await self.listeners.aclose()


def greeting_of(session: Session, agent: Agent) -> str:
    """What the session's first agent says first."""
    return GO_ON if session.continues_id else agent.greeting


def fixed_greeting(session: Session, agent: Agent) -> str:
    """The greeting, "" where it has the person's name in it and is not to be kept."""
    greeting = greeting_of(session, agent)
    return "" if _is_named(session.identity, greeting) else greeting


def _is_named(person: str, text: str) -> bool:
    """Whether a text has a person's name in it."""
    return bool(person) and re.search(rf"\b{re.escape(person)}\b", text, re.IGNORECASE) is not None


def _context(entries: Entries) -> ChatContext:
    context = ChatContext.empty()
    for entry in entries:
        role = "assistant" if entry["role"] == "agent" else "user"
        interrupted = bool(entry["interrupted"])
        context.add_message(role=role, content=entry["text"], interrupted=interrupted)  # type: ignore[arg-type]
    return context
