"""Which typed lines a reply answers: those that the agent had taken in when it was begun."""

from __future__ import annotations

from collections.abc import Mapping

from livekit.agents import SpeechCreatedEvent
from livekit.agents.voice import AgentSession

from .base import Handler


class Answered:
    """Knows of each reply how far the person had typed, as numbers of the typed events."""

    def __init__(self, voice: AgentSession) -> None:
        self._voice = voice
        self._taken = 0
        self._told = 0
        self._by_reply: dict[str, int] = {}

    def handlers(self) -> Mapping[str, Handler]:
        """Returns the handlers, by the name of livekit-agents' event."""
        return {"speech_created": self._on_speech_created}

    def take(self, seq: int) -> None:
        """The language model is shown what was typed up to there from now on."""
        self._taken = seq

    @property
    def is_begun(self) -> bool:
        """Whether a reply was begun to everything that was taken in."""
        return self._taken <= max(self._told, *self._by_reply.values(), 0)

    def tell(self) -> int | None:
        """Returns the number up to which the reply that is heard now answers, once for each."""
        reply = self._voice.current_speech
        seq = self._by_reply.get(reply.id, 0) if reply else 0
        if seq <= self._told:
            return None
        self._told = seq
        self._by_reply.clear()
        return seq

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        if event.source == "generate_reply" and self._taken > self._told:
            self._by_reply[event.speech_handle.id] = self._taken
