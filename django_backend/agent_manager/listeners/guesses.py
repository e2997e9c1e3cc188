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
    stt,
)
from livekit.agents.llm import ChatMessage
from livekit.agents.voice import AgentSession

from agent_manager.providers.recognition.standing import same_words

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

    Words that arrive while somebody speaks are surely not the last ones of the turn, unless they
    stand still while the voice falls. When they speak on, the guess that is out is hung up at once,
    not when their next words are there. Settled words that say the same keep it.
    """

    def __init__(self, voice: AgentSession, speculation: Speculating) -> None:
        self._voice = voice
        self._speculation = speculation
        self._begun = 0
        self._dropped = 0
        self._guessed = ""
        self._keeps = False
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

    def hears(self, event: stt.SpeechEvent) -> None:
        """livekit-agents is about to read this of the recogniser."""
        if event.type is stt.SpeechEventType.PREFLIGHT_TRANSCRIPT:
            self._guessed, self._keeps = event.alternatives[0].text, False
        elif event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
            self._settled(event.alternatives[0].text)
        self._allow()

    def withdraw(self) -> None:
        """The words so far that were guessed on were not the last ones."""
        if self._guessed:
            self._guessed = ""
            self._allow()
            self._hang_up()

    def aclose(self) -> None:
        """Nothing of it goes on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        self.aclose()
        if event.new_state == "speaking":
            self._guessed, self._keeps = "", False
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

    def _settled(self, words: str) -> None:
        """Keeps the guess on words so far that said the same, and drops any other."""
        guessed, self._guessed = self._guessed, ""
        self._keeps = self._is_out and same_words(guessed, words)
        if guessed and not self._keeps:
            self._hang_up()

    @property
    def _is_out(self) -> bool:
        """Whether a guess is out."""
        activity = self._voice._activity
        return activity is not None and activity._preemptive_generation is not None

    def _allow(self) -> None:
        """livekit-agents reads this option each time; it has no way to change it from outside.

        It would drop the guess for settled words that differ in case: they are kept from it.
        """
        may_be_over = self._voice.user_state != "speaking" or bool(self._guessed)
        is_on = self._speculation.is_on and may_be_over and not self._keeps
        self._voice.options.preemptive_generation["enabled"] = is_on

    def _hang_up(self) -> None:
        self.aclose()
        activity = self._voice._activity
        if activity is not None:
            activity._cancel_preemptive_generation()
