"""What the built-in tools do in a session."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from agents.agent import Agent
from agents.tools.specs import BuiltInName
from livekit.agents import RunContext
from livekit.agents.voice import AgentSession
from voice_sessions.endings import EndReason

from agent_manager.speaking.own_words import in_own_words
from agent_manager.tools.built_in import GOODBYE, GOODBYE_LENGTH, NOTE_LENGTH, date_time
from agent_manager.tools.results import Failed, Result

GOODBYE_SECONDS = 30.0
"""For the last words to be heard."""
NOTHING_NOTED = "There is no text to note."
Work = Callable[[Mapping[str, Any], RunContext], Coroutine[Any, Any, Result]]


class OwnTools:
    """The built-in tools of one session."""

    def __init__(self, agent: Agent, voice: AgentSession) -> None:
        self._agent = agent
        self._voice = voice
        self._is_over = asyncio.Event()

    def work(self, name: BuiltInName) -> Work:
        """Returns what a call of that tool does."""
        works: dict[BuiltInName, Work] = {
            "end_session": self._say_goodbye,
            "date_time": self._tell_time,
            "note": self._note,
        }
        return works[name]

    def end(self) -> None:
        """The session is to end now: the last words were heard."""
        self._is_over.set()

    async def wished_end(self) -> EndReason:
        """Returns when the agent has ended the session."""
        await self._is_over.wait()
        return EndReason.AGENT_ENDED

    async def _say_goodbye(self, arguments: Mapping[str, Any], context: RunContext) -> Result:
        await context.wait_for_playout()
        words = _text(arguments, "goodbye", GOODBYE_LENGTH)
        words = words or in_own_words(GOODBYE, self._agent.language)
        with contextlib.suppress(RuntimeError, TimeoutError):  # it is being closed, or mute
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._voice.say(words, allow_interruptions=False)
        return Result("The conversation is over.", is_last=True)

    async def _tell_time(self, _arguments: Mapping[str, Any], _context: RunContext) -> Result:
        told = date_time(self._agent.timezone, self._agent.language)
        return Result(told, told)

    async def _note(self, arguments: Mapping[str, Any], _context: RunContext) -> Result:
        text = _text(arguments, "text", NOTE_LENGTH)
        if not text:
            raise Failed(NOTHING_NOTED)
        return Result("Noted.", text)


def _text(arguments: Mapping[str, Any], name: str, most: int) -> str:
    value = arguments.get(name)
    return value.strip()[:most] if isinstance(value, str) else ""
