"""Replies that are begun before a person's turn is surely over: when, and what they cost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    SpeechCreatedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage
from livekit.agents.voice import AgentSession

from .base import Handler

SPEAKS_ON = 0.35
"""Seconds of further speech after which a guess is dropped; less may be a noise."""


class Speculating(Protocol):
    """Whether to guess: see `providers.speculation`."""

    @property
    def is_on(self) -> bool:
        """Whether a reply may be begun before the person's turn is over."""

    def first_word_after(self, seconds: float, *, guesses_before: int) -> None:
        """A reply's first word came so late, after so many dropped guesses of the same turn."""


class Guesses:
    """Lets livekit-agents guess while the person pauses, not while they speak.

    Words that arrive while somebody speaks are surely not the last ones of the turn. When they
    speak on, the guess that is out is hung up at once, not when their next words are there.
    """

    def __init__(self, voice: AgentSession, speculation: Speculating) -> None:
        self._voice = voice
        self._speculation = speculation
        self._begun = 0
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._allow()

    def handlers(self) -> Mapping[str, Handler]:
        """Returns the handlers, by the name of livekit-agents' event."""
        return {
            "user_state_changed": self._on_user_state,
            "agent_state_changed": self._on_agent_state,
            "speech_created": self._on_speech_created,
            "conversation_item_added": self._on_item,
        }

    def aclose(self) -> None:
        """Nothing of it goes on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        self.aclose()
        self._allow()
        if event.new_state == "speaking":
            self._timer = asyncio.get_running_loop().call_later(SPEAKS_ON, self._hang_up)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking" and self._begun:
            self._dropped, self._begun = self._begun - 1, 0

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        if event.source == "generate_reply":
            self._begun += 1

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage) or item.role != "assistant":
            return
        seconds = item.metrics.get("llm_node_ttft")
        if seconds is not None:
            self._speculation.first_word_after(seconds, guesses_before=self._dropped)

    def _allow(self) -> None:
        """livekit-agents reads this option each time; it has no way to change it from outside."""
        is_on = self._speculation.is_on and self._voice.user_state != "speaking"
        self._voice.options.preemptive_generation["enabled"] = is_on

    def _hang_up(self) -> None:
        self._timer = None
        activity = self._voice._activity
        if activity is not None:
            activity._cancel_preemptive_generation()
