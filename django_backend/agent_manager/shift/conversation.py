"""An agent's part in a conversation: a session of livekit-agents, how it begins and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

import structlog
from agents.agent import Agent
from common.text import mend
from livekit import rtc
from livekit.agents import NOT_GIVEN
from livekit.agents.llm import ChatContext
from media_server.people import evens_out_loudness
from voice_sessions.events import Message, seconds_of
from voice_sessions.models import Session
from voice_sessions.transcripts import Asked, ToolUse

from agent_manager.listeners.button import Button
from agent_manager.listeners.guesses import Guesses
from agent_manager.listeners.listeners import Listeners
from agent_manager.listeners.switches import event_of
from agent_manager.listeners.turn_times import Question
from agent_manager.providers import assemble as pipeline
from agent_manager.providers.local_head import Beginning
from agent_manager.providers.openai.chat.history import fitted, messages_of, sendable
from agent_manager.providers.openai.chat.tool_schemas import schemas_of
from agent_manager.remembering.lines import Entries, Remembered, context_of, with_summary
from agent_manager.shift.greeting import (
    PICK_UP,
    PICK_UP_CUT,
    PICK_UP_LISTENING,
    ModelGreeting,
    fixed_greeting,
    greeting_of,
)
from agent_manager.shift.leaving import Visit, outlasting
from agent_manager.shift.muting import DETECTORS_DIFFER, TurnByMute
from agent_manager.shift.recorder import is_recorded
from agent_manager.shift.voice_agent import VoiceAgent, instructions_of
from agent_manager.speaking.own_words import in_own_words
from agent_manager.speaking.speaker import Speaker
from agent_manager.tools.own import OwnTools
from agent_manager.tools.toolbox import Toolbox
from agent_manager.tools.waiting_word import WaitingWord

log = structlog.get_logger(__name__)
CLOSE_TIMEOUT = 1.0
CLEANUP_TIMEOUT = 15.0
SILENCED_SECONDS = 2.0
"""For which a reply that a typed line interrupts is waited for, to know what of it was heard."""
TURN_SECONDS = 8.0
"""For which a typed line waits for the spoken turn that it came into; one reply answers both."""
LOOK_SECONDS = DETECTORS_DIFFER


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
        self._before = Remembered()
        self._used: Sequence[ToolUse] = ()
        self._greeting = greeting_of(session, agent)
        self._speaker = Speaker(parts.tts, agent.language, fixed_greeting(session, agent))
        is_first = session.generation == 1
        self.voice = pipeline.agent_session(parts, agent.turns, is_first=is_first)
        self._guesses = guesses = Guesses(self.voice, parts.speculation)
        parts.stt.withdraw = guesses.withdraw
        button = Button()
        word = WaitingWord(
            self.voice, agent.language, lambda cut: self.listeners.filler_said(interrupted=cut)
        )
        self.listeners = Listeners(
            self.voice,
            emit,
            agent.turns.ends_after,
            parts.stt.outcome,
            guesses,
            button,
            agent.language,
            lambda: word.is_said,
        )
        self.own_tools = OwnTools(agent, self.voice)
        self.toolbox = Toolbox(agent, emit, self.own_tools, word)
        let_go = self.listeners.let_go
        heard_out = None if agent.turns.may_be_interrupted else self.listeners.heard_out
        parts.on_switched(lambda switch: emit(event_of(switch)))
        self.muting = TurnByMute(self.voice, parts.stt.outcome, button, let_go, heard_out)
        self._model_greeting = ModelGreeting(
            self.voice, agent, lambda: self.listeners.is_in_turn, self.listeners.withhold_notice
        )
        self._closing: asyncio.Task[None] | None = None

    def remember(self, before: Remembered, used: Sequence[ToolUse] = ()) -> None:
        """Has the agent begin with what was said in sessions that this one continues.

        `used` are the tools that an agent before this one has used in this session.
        """
        self._before, self._used = before, used

    async def know(self, summary: str) -> None:
        """Has the agent know this from now on in place of the older lines of those sessions."""
        with contextlib.suppress(RuntimeError):  # the conversation is being closed
            agent = self.voice.current_agent
            await agent.update_chat_ctx(with_summary(agent.chat_ctx, summary))

    async def offer_tools(self) -> None:
        """Has the model know of the tools that there are by now."""
        with contextlib.suppress(RuntimeError):  # it has not begun, or is being closed
            await self.voice.current_agent.update_tools(list(self.toolbox.tools))

    @property
    def is_answering(self) -> bool:
        """Whether the person speaks, or waits for a reply."""
        return self.listeners.is_in_turn or self.voice.agent_state == "thinking"

    def opening(self, entries: Entries) -> Beginning:
        """What each request of this conversation begins with, as far as it is known now."""
        context = context_of(self._before, entries, self._used)
        if not entries and self._greeting:
            context.add_message(role="assistant", content=self._greeting)
        return self._as_asked(context)

    def so_far(self, words: str) -> Beginning:
        """What the next request will begin with, when the person has said these words by now."""
        context = self.voice.current_agent.chat_ctx.copy(exclude_instructions=True)
        context.add_message(role="user", content=words)
        return self._as_asked(context)

    def _as_asked(self, context: ChatContext) -> Beginning:
        instructions = {"role": "system", "content": mend(instructions_of(self._agent))}
        messages = [instructions, *messages_of(context)]
        kept = sendable(fitted(messages, self._agent.replies.history_tokens))
        return {"messages": kept, "tools": schemas_of(self.toolbox.tools)}

    async def start(self, room: rtc.Room, entries: Entries) -> None:
        """Begins to hear the session's person, and to be heard by them."""
        person = room.remote_participants.get(self._session.identity)
        is_even = person is not None and evens_out_loudness(person)
        known = context_of(self._before, entries, self._used)
        told = self._guesses.hears, self.listeners.hear
        kept = is_recorded(self._session, self._agent)
        await self.voice.start(
            VoiceAgent(
                self._agent, self._parts.llm, self.toolbox.tools, self._speaker, known, *told
            ),
            room=room,
            room_options=pipeline.room_options(
                self._session.identity, is_even=is_even, is_recorded=kept
            ),
            session_host=False,
        )
        self.listeners.connect()

    def greet(self, entries: Entries, asked: Asked | None = None) -> None:
        """Greets, or picks up what another agent has left: `asked` was said last.

        Whoever typed before the first agent came gets an answer in place of the greeting. One that
        lets the person speak first says nothing.
        """
        if not entries:
            self._greet()
        elif entries[-1]["role"] == "user" or self._owes_result(entries):
            is_first = self._session.generation == 1
            if not is_first:
                self.voice.say(self._own(PICK_UP))
            if typed := [entry["seq"] for entry in entries if entry["typed"]]:
                self.listeners.typed(max(typed))
            self.voice.generate_reply()
            if asked is not None:
                self.listeners.ask(self._question(asked, is_first=is_first))
        else:
            is_cut = entries[-1]["interrupted"]
            self.voice.say(self._own(PICK_UP_CUT if is_cut else PICK_UP_LISTENING))

    def _owes_result(self, entries: Entries) -> bool:
        """Whether a tool was used last, of which the person has heard nothing yet."""
        said = max(entry["order"] for entry in entries)
        return any(use.seq > said for use in self._used)

    def _greet(self) -> None:
        if self._greeting:
            self.voice.say(self._greeting, audio=self._speaker.kept() or NOT_GIVEN)
        elif self._agent.first_speaker == "agent":
            self._model_greeting.begin()

    def _own(self, sentence: str) -> str:
        return in_own_words(sentence, self._agent.language)

    def _question(self, asked: Asked, *, is_first: bool) -> Question:
        unspoken = 0.0 if asked.typed else self._agent.turns.ends_after
        ended = asked.ended_at.timestamp() - unspoken
        taken_over = None if is_first else time.time()
        return Question(asked.segment, ended, taken_over=taken_over, is_typed=asked.typed)

    async def read(self, lines: Entries) -> None:
        """Answers what the person typed, in place of what is being said.

        An agent that may not be interrupted finishes that first. Lines that come into their spoken
        turn are answered by the turn's reply. Raises RuntimeError when the conversation is over.
        """
        if self._agent.turns.may_be_interrupted:
            await asyncio.wait({self.voice.interrupt()}, timeout=SILENCED_SECONDS)
        else:
            await self.muting.agent_finished()
        agent = self.voice.current_agent
        context = agent.chat_ctx.copy()
        for line in lines:
            context.add_message(role="user", content=line["text"])
        await agent.update_chat_ctx(context)
        self.listeners.typed(lines[-1]["seq"])
        if await self._answered_with_turn():
            return
        now = time.time()
        self.voice.generate_reply()
        stored = min(now, seconds_of(lines[-1]["at"]))
        self.listeners.ask(Question(lines[-1]["segment"], stored, decision=now, is_typed=True))

    async def _answered_with_turn(self) -> bool:
        """Whether the reply to the person's spoken turn, if they are in one, answers too.

        It is over when two looks say so: speech that has just ended may not be asked about yet.
        """
        was_in_turn = False
        for _look in range(round(TURN_SECONDS / LOOK_SECONDS)):
            is_in_turn = self.listeners.is_in_turn
            if self.listeners.is_reply_begun or not (is_in_turn or was_in_turn):
                break
            was_in_turn = is_in_turn
            await asyncio.sleep(LOOK_SECONDS)
        return self.listeners.is_reply_begun

    async def settle(self) -> None:
        """Silences the agent and settles the open segments as they were heard."""
        await self.toolbox.settle()
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
        self._model_greeting.aclose()
        try:
            await self.voice.aclose()
        finally:
            await self.listeners.aclose()
