"""The turns of both sides, as events: who speaks, and which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage
from livekit.agents.voice import AgentSession
from voice_sessions.events import Message

from agent_manager.speaking.passages import Progress
from agent_manager.speaking.playback import Playback

from .answered import Answered
from .base import Handler
from .segments import Segments


class Turns:
    """Tells the segments what livekit-agents says about states, words and items."""

    def __init__(
        self, voice: AgentSession, emit: Callable[[Message], None], quiet_after: float
    ) -> None:
        self.answered = Answered(voice)
        self.segments = Segments(emit, quiet_after=quiet_after, answers=self.answered.tell)
        self._voice = voice
        self._playback: Playback | None = None

    def handlers(self) -> Mapping[str, Handler]:
        """Returns the handlers, by the name of livekit-agents' event."""
        return {
            "user_state_changed": self._on_user_state,
            "agent_state_changed": self._on_agent_state,
            "user_input_transcribed": self._on_user_words,
            "conversation_item_added": self._on_item,
        }

    @property
    def progress(self) -> Progress | None:
        """How far the reply is that is being heard; None where nothing is."""
        return self._playback.progress if self._playback else None

    def follow_voice(self) -> None:
        """Takes the agent's words as they are heard; the session has started."""
        audio = self._voice.output.audio
        if audio is not None:
            tell, over = self.segments.agent_words_spoken, self.segments.agent_words_over
            self._voice.output.audio = self._playback = Playback(audio, tell, over)

    async def aclose(self) -> None:
        """Returns when nothing of it goes on."""
        if self._playback is not None:
            await self._playback.aclose()

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self.segments.user_speaking()
        elif event.old_state == "speaking":
            self.segments.user_silent()

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        self.segments.agent_thinking(event.new_state == "thinking")
        if event.new_state == "speaking":
            self.segments.agent_speaking()
        elif event.old_state == "speaking":
            self.segments.agent_silent()

    def _on_user_words(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self.segments.user_words_recognised(event.transcript, settled=event.is_final)
        elif not event.is_final:
            self.segments.user_words_taken_back()

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage):
            return
        text = item.text_content or ""
        if item.role == "user":
            self.segments.user_committed(text)
        elif item.role == "assistant":
            self.segments.agent_said(text, interrupted=item.interrupted)
