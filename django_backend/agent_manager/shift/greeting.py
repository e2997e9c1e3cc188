"""What an agent says first, and who begins: word for word, made by its model, or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable

import structlog
from agents.agent import Agent
from livekit.agents.voice import AgentSession, SpeechHandle
from voice_sessions.models import Session

from agent_manager.speaking.own_words import in_own_words

log = structlog.get_logger(__name__)
PLAIN = "Hello. I am your voice agent. What would you like to talk about?"
"""The settings' own greeting, and what is said where the model makes none."""
GO_ON = "Welcome back. Where shall we go on?"
PICK_UP = "Sorry, I was gone for a moment."
PICK_UP_LISTENING = f"{PICK_UP} Please go on."
PICK_UP_CUT = "Sorry, I was cut off. Shall I go on?"
BEGIN = "The conversation begins. Greet the person in one or two short sentences{language}: {wish}"
IN_LANGUAGE = ', in the language with the code "{code}" (ISO 639-1)'


def greeting_of(session: Session, agent: Agent) -> str:
    """What the session's first agent says first, word for word; "" where it says nothing so."""
    if agent.first_speaker == "person":
        return ""
    if session.continues_id:
        return in_own_words(GO_ON, agent.language)
    return in_own_words(agent.greeting, agent.language) if agent.greeting_by == "text" else ""


def fixed_greeting(session: Session, agent: Agent) -> str:
    """The greeting, "" where it is not to be kept: it is another one for each person."""
    greeting = greeting_of(session, agent)
    varies = agent.greeting_varies and not session.continues_id
    return "" if varies or _is_named(session.identity, greeting) else greeting


def _is_named(person: str, text: str) -> bool:
    """Whether a text has a person's name in it."""
    return bool(person) and re.search(rf"\b{re.escape(person)}\b", text, re.IGNORECASE) is not None


class ModelGreeting:
    """A greeting that the language model makes; a plain one where it gives none in time.

    Whoever speaks meanwhile is answered and not greeted: `is_in_turn` says whether they do.
    `in_place_of_notice` has the agent not say aloud that its model failed.
    """

    SECONDS = 8.0
    """For which the first sound of the model's greeting is waited for."""

    def __init__(
        self,
        voice: AgentSession,
        agent: Agent,
        is_in_turn: Callable[[], bool],
        in_place_of_notice: Callable[[], None],
    ) -> None:
        self._voice = voice
        self._agent = agent
        self._is_in_turn = is_in_turn
        self._in_place_of_notice = in_place_of_notice
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Asks for the greeting."""
        code = self._agent.language
        language = IN_LANGUAGE.format(code=code) if code else ""
        wanted = BEGIN.format(language=language, wish=self._agent.greeting)
        made = self._voice.generate_reply(instructions=wanted)
        made.add_done_callback(self._is_over)
        self._timer = asyncio.get_running_loop().call_later(self.SECONDS, self._give_up, made)

    def aclose(self) -> None:
        """Nothing of it goes on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, made: SpeechHandle) -> None:
        if self._voice.agent_state != "speaking" and not self._is_in_turn():
            made.interrupt(force=True)
            self._greet_plainly("slow")

    def _is_over(self, made: SpeechHandle) -> None:
        self.aclose()
        if not (made.interrupted or made.chat_items or self._is_in_turn()):
            self._greet_plainly("failed")

    def _greet_plainly(self, reason: str) -> None:
        log.warning("greeting_not_made", reason=reason)
        self._in_place_of_notice()
        with contextlib.suppress(RuntimeError):  # the conversation is being closed
            self._voice.say(in_own_words(PLAIN, self._agent.language))
