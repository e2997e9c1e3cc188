"""Turns what livekit-agents reports into events: one segment for each turn of each role.

A person's segment lasts until livekit-agents commits the turn. The agent's lasts until its reply is
settled; a reply that went on after a false interruption goes on in a segment of its own.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from voice_sessions.events import Final, Interim, Message, OpenWords, Role, Speech, Thinking


@dataclass
class Segment:
    """Words of one turn so far. `ended` says that the voice has ended; settling comes later."""

    role: Role
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    words: str = ""
    announced: bool = False
    ended: bool = False


class Segments:
    """Emits the events of a session's turns; its methods may be called from any handler.

    `answers` tells up to which typed event the reply that begins now answers, once for each.
    """

    def __init__(
        self,
        emit: Callable[[Message], None],
        quiet_after: float,
        answers: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._emit = emit
        self._answers = answers
        self._quiet_after = quiet_after
        self._quiet: asyncio.TimerHandle | None = None
        self._user: Segment | None = None
        self._recognised = ""
        self._agent: Segment | None = None
        self._early_words = ""
        self._said_before = ""
        self._thinking = False
        self._is_settled = False
        self.latest: dict[Role, str] = {}
        """The id of the last segment of each role that was opened or settled."""

    @property
    def user_words(self) -> str:
        """The words of the person's open segment."""
        return self._user.words if self._user else ""

    @property
    def progress(self) -> list[OpenWords]:
        """The words of the open segments so far."""
        open_segments = [segment for segment in (self._user, self._agent) if segment]
        return [
            OpenWords(segment=segment.id, role=segment.role, text=segment.words)
            for segment in open_segments
            if segment.words.strip()
        ]

    def user_speaking(self) -> None:
        """The person began to speak, or went on after a pause."""
        self._cancel_quiet()
        if self._user and self._user.ended and not self._user.words:
            self._user = None
        if self._user is None:
            self._user = self._opened("user")

    def user_silent(self) -> None:
        """The person paused: the segment's speech ends when the pause lasts."""
        self._cancel_quiet()
        loop = asyncio.get_running_loop()
        self._quiet = loop.call_later(self._quiet_after, self._end_user_speech)

    def user_words_recognised(self, text: str, *, settled: bool) -> None:
        """A piece of the turn was recognised; a settled piece is followed by others."""
        if self._user is None:
            self._user = Segment("user")
        words = f"{self._recognised} {text}".strip()
        if settled:
            self._recognised = words
        if words and words != self._user.words:
            self._user.words = words
            self._emit(Interim(role="user", text=words, segment=self._user.id))

    def user_words_taken_back(self) -> None:
        """The last words so far were none after all: what is settled stays, without any nothing."""
        if self._user is not None and self._user.words != self._recognised:
            self._user.words = self._recognised
            self._emit(Interim(role="user", text=self._recognised, segment=self._user.id))

    def user_committed(self, text: str) -> None:
        """The person's turn is over and these are its words."""
        self._close_user(text)

    def agent_speaking(self) -> None:
        """The agent's voice began, or went on after a false interruption."""
        self.agent_thinking(False)
        if self._agent and not self._agent.ended:
            return
        if self._agent:
            self._said_before += self._agent.words
            self._settle_agent(self._agent.words, interrupted=False)
        self._agent = self._opened("agent")
        words, self._early_words = self._early_words, ""
        self.agent_words_spoken(words)

    def agent_silent(self) -> None:
        """The agent's voice has ended; its words are settled later."""
        self._end_speech(self._agent)

    def agent_words_spoken(self, words: str) -> None:
        """These words are being heard now."""
        if not words:
            return
        if self._agent is None:
            self._early_words += words
            return
        self._agent.words += words
        text = self._agent.words.strip()
        if text:
            self._emit(Interim(role="agent", text=text, segment=self._agent.id))

    def agent_words_over(self) -> None:
        """The text of a reply is complete; what follows belongs to the next."""
        self._early_words = ""

    def agent_said(self, text: str, *, interrupted: bool) -> None:
        """The reply is settled: these words were heard, or shown where nothing was to be said."""
        before, self._said_before = self._said_before, ""
        if self._agent is not None:
            self._settle_agent(text.removeprefix(before), interrupted=interrupted)
        elif not (before or interrupted or self._is_settled):
            self._agent = Segment("agent")
            self._settle_agent(text, interrupted=interrupted)

    def filler_said(self, *, interrupted: bool) -> None:
        """What the agent said while it waited for a tool is over, as far as it was heard."""
        if self._agent is not None:
            self._settle_agent(self._agent.words, interrupted=interrupted, filler=True)

    def agent_thinking(self, thinking: bool) -> None:
        """The agent prepares a reply, or no longer does."""
        if thinking != self._thinking:
            self._thinking = thinking
            self._emit(Thinking(event="thinking_started" if thinking else "thinking_ended"))

    def settle(self) -> None:
        """Closes what is open with the words that were recognised or heard so far."""
        self._is_settled = True
        self.agent_thinking(False)
        if self._user is not None:
            self._close_user(self._user.words)
        if self._agent is not None:
            self._settle_agent(self._agent.words, interrupted=True)

    def _opened(self, role: Role) -> Segment:
        segment = Segment(role, announced=True)
        self.latest[role] = segment.id
        answers = self._answers() if role == "agent" else None
        self._emit(Speech(role=role, event="speech_started", segment=segment.id, answers=answers))
        return segment

    def _end_user_speech(self) -> None:
        self._quiet = None
        self._end_speech(self._user)

    def _end_speech(self, segment: Segment | None) -> None:
        if segment is None or segment.ended:
            return
        segment.ended = True
        if segment.announced:
            self._emit(Speech(role=segment.role, event="speech_ended", segment=segment.id))

    def _close_user(self, text: str) -> None:
        self._cancel_quiet()
        segment, self._user = self._user or Segment("user"), None
        self.latest["user"] = segment.id
        self._recognised = ""
        self._end_speech(segment)
        if text.strip():
            self._emit(Final(role="user", text=text.strip(), segment=segment.id))

    def _settle_agent(self, text: str, *, interrupted: bool, filler: bool = False) -> None:
        segment, self._agent = self._agent, None
        if segment is None:
            return
        self.latest["agent"] = segment.id
        self._end_speech(segment)
        if text.strip():
            final = Final(role="agent", text=text.strip(), segment=segment.id)
            told = {
                "interrupted": True if interrupted else None,
                "filler": True if filler else None,
                "answers": None if segment.announced else self._answers(),
            }
            self._emit(final.model_copy(update=told))

    def _cancel_quiet(self) -> None:
        if self._quiet is not None:
            self._quiet.cancel()
            self._quiet = None
