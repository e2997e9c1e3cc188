"""Where the time goes for which a person waits for a reply, told once it is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    SpeechCreatedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage, MetricsReport
from voice_sessions.events import Message, TurnTimes

from agent_manager.speaking.passages import Progress

from .base import Handler
from .button import Button
from .segments import Segments

Guess = Literal["hit", "missed", "none"]
Mark = tuple[str, float | None]
"""A part's name, and when it was over in seconds since 1970; None where nobody knows."""


class Measured(Protocol):
    """How long sound is on its way to the agent and back: see `Way`."""

    seconds: float | None

    def measure(self) -> None:
        """Begins to measure."""


@dataclass
class Question:
    """What a person said and now waits for the reply to; moments are in seconds since 1970.

    `segment` is "" where it is not known. `taken_over` is when another agent took it up. `tools`
    and `way` are seconds: what tools took, and sound on its way to the agent and back, of what was
    typed only back.
    """

    segment: str
    ended: float
    text: float | None = None
    decision: float | None = None
    taken_over: float | None = None
    guess: Guess | None = None
    is_typed: bool = False
    tools: float = 0.0
    way: float | None = None

    def times(self, segment: str, progress: Progress | None, heard: float | None) -> TurnTimes:
        """The event of the reply to it, which is that segment."""
        marks = (
            ("takeover_ms", self.taken_over),
            ("text_ms", self.text),
            ("decision_ms", self.decision),
            ("token_ms", progress.words_at if progress else None),
            ("sound_ms", progress.sound_at if progress else None),
            ("heard_ms", heard),
            ("way_ms", heard and self.way and heard + self.way),
        )
        parts = parts_between(self.ended, marks)
        told = {
            "segment": segment,
            "asked": self.segment or None,
            "wait_ms": sum(parts.values()),
            "tools_ms": round(self.tools * 1000) or None,
            "guess": self.guess,
        }
        return TurnTimes.model_validate(told | parts)


def parts_between(begin: float, marks: Iterable[Mark]) -> dict[str, int]:
    """The milliseconds of each part whose end is known, since the one before it was over.

    The sum is the time until the latest mark, to the millisecond.
    """
    parts: dict[str, int] = {}
    reached = 0
    for name, moment in marks:
        if moment is not None:
            after = max(reached, round((moment - begin) * 1000))
            parts[name], reached = after - reached, after
    return parts


class TurnTimesListener:
    """Emits one `turn_times` for each reply to something that a person said.

    The moments of the person's turn are livekit-agents' own, but for when it ended: `fell_silent`
    gives, for when the detector says so, when the voice did. Of the reply livekit-agents tells how
    long its services took, and only once all was said; when the first words and sound came, which
    may have been before the turn was over, is what the agent noted itself: see `Progress`.
    `progress` is that of the reply which is being heard. `way` is measured once a turn. Whoever
    holds a button waits from when they let it go. Words that are a filler are no reply.
    """

    def __init__(
        self,
        emit: Callable[[Message], None],
        segments: Segments,
        progress: Callable[[], Progress | None],
        way: Measured,
        fell_silent: Callable[[float], float],
        button: Button,
        is_filler: Callable[[], bool] = lambda: False,
    ) -> None:
        self._is_filler = is_filler
        self._emit = emit
        self._segments = segments
        self._progress = progress
        self._button = button
        self._way = way
        self._fell_silent = fell_silent
        self._is_measured = False
        self._question: Question | None = None
        self._silent_at: float | None = None
        self._begun: list[float] = []

    def handlers(self) -> Mapping[str, Handler]:
        """Returns the handlers, by the name of livekit-agents' event."""
        return {
            "user_state_changed": self._on_user_state,
            "agent_state_changed": self._on_agent_state,
            "speech_created": self._on_speech_created,
            "function_tools_executed": self._on_tools,
            "conversation_item_added": self._on_item,
        }

    def ask(self, question: Question) -> None:
        """This question was typed, or left by another agent; its reply has just been begun."""
        self._question = question
        self._begun.clear()

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.old_state == "speaking":
            self._silent_at = event.created_at
            if not self._is_measured:
                self._is_measured = True
                self._way.measure()

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        if event.source == "generate_reply":
            self._begun.append(event.created_at)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking" and not self._is_filler():
            self._begun.clear()  # a greeting, or what is answered by now
            self._tell(self._progress(), event.created_at)

    def _on_tools(self, event: FunctionToolsExecutedEvent) -> None:
        outputs = [output.created_at for output in event.function_call_outputs]
        if self._question is not None and outputs:
            begun = min(call.created_at for call in event.function_calls)
            self._question.tools += max(0.0, max(outputs) - begun)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage):
            return
        if item.role == "user":
            self._question = self._asked(item.metrics, event.created_at)
        elif item.role == "assistant" and "started_speaking_at" not in item.metrics:
            shown = Progress()
            shown.words_at = event.created_at
            self._tell(shown, None)

    def _asked(self, metrics: MetricsReport, now: float) -> Question:
        begun, self._begun = self._begun, []
        silent_at, self._silent_at = self._silent_at, None
        self._is_measured = False
        segment = self._segments.latest.get("user", "")
        ended = metrics.get("stopped_speaking_at")
        if ended is None:
            at = now if silent_at is None else self._fell_silent(silent_at)
            return Question(segment, at, decision=now)
        text, decision = metrics.get("transcription_delay"), metrics.get("end_of_turn_delay")
        waits_since = max(self._fell_silent(ended), min(self._button.let_go_at, now))
        question = Question(segment, waits_since, text=None if text is None else ended + text)
        if decision is not None:
            question.decision = ended + decision + metrics.get("on_user_turn_completed_delay", 0.0)
            question.guess = guess_of(begun, ended + decision)
        return question

    def _tell(self, progress: Progress | None, heard: float | None) -> None:
        question, self._question = self._question, None
        segment = self._segments.latest.get("agent")
        if question is not None and segment is not None:
            way = self._way.seconds
            question.way = way and way / 2 if question.is_typed else way
            self._emit(question.times(segment, progress, heard))


def guess_of(begun: list[float], decided: float) -> Guess:
    """Whether the reply was begun before the turn was over, by when each attempt was begun."""
    if not begun or begun[0] > decided:
        return "none"
    return "hit" if begun[-1] <= decided else "missed"
