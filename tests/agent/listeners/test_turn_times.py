"""Where the wait for a reply went: from what livekit-agents reports, once a reply."""

from __future__ import annotations

from typing import Any

import pytest
from agent_manager.listeners.button import Button
from agent_manager.listeners.segments import Segments
from agent_manager.listeners.turn_times import Question, TurnTimesListener, parts_between
from agent_manager.speaking.passages import Progress
from fakes.openai_api import OpenAIStandIn
from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    SpeechCreatedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage, FunctionCall, FunctionCallOutput
from support.limits import in_time, is_as_heard
from support.person import Person
from support.speech import line
from voice_sessions.events import Message, TurnTimes

from .test_turns import WORDS, greeted

ENDED = 1_000_000.0
PARTS = ("takeover_ms", "text_ms", "decision_ms", "token_ms", "sound_ms", "heard_ms", "way_ms")


class Ways:
    """The way of sound, as it was measured so often."""

    def __init__(self) -> None:
        self.seconds: float | None = None
        self.measured = 0

    def measure(self) -> None:
        self.measured += 1


class Heard:
    """A session's turns as livekit-agents reports them, and the `turn_times` that come of them."""

    def __init__(self) -> None:
        self.told: list[TurnTimes] = []
        self.segments = Segments(self.emit, quiet_after=60)
        self.progress: Progress | None = None
        self.button = Button()
        self.way = Ways()
        self.late = 0.0
        self.listener = TurnTimesListener(
            self.emit,
            self.segments,
            lambda: self.progress,
            self.way,
            lambda moment: moment - self.late,
            self.button,
        )

    def emit(self, message: Message) -> None:
        if isinstance(message, TurnTimes):
            self.told.append(message)

    def happens(self, name: str, event: Any) -> None:
        self.listener.handlers()[name](event)

    def pauses(self, at: float) -> None:
        event = UserStateChangedEvent(
            old_state="speaking", new_state="listening", created_at=ENDED + at
        )
        self.happens("user_state_changed", event)

    def guesses(self, at: float) -> None:
        begun: dict[str, Any] = {"source": "generate_reply", "created_at": ENDED + at}
        event = SpeechCreatedEvent.model_construct(**begun)
        self.happens("speech_created", event)

    def asks(self, **metrics: float) -> None:
        self.segments.user_speaking()
        self.segments.user_committed("What is the time?")
        message = ChatMessage(role="user", content=["What is the time?"], metrics=metrics)  # type: ignore[arg-type]
        event = ConversationItemAddedEvent(item=message, created_at=ENDED + 0.7)
        self.happens("conversation_item_added", event)

    def replies(self, *, words: float, sound: float, heard: float) -> None:
        self.progress = Progress()
        self.progress.words_at, self.progress.sound_at = ENDED + words, ENDED + sound
        self.segments.agent_speaking()
        event = AgentStateChangedEvent(
            old_state="thinking", new_state="speaking", created_at=ENDED + heard
        )
        self.happens("agent_state_changed", event)

    def shows(self, text: str, at: float) -> None:
        self.segments.agent_said(text, interrupted=False)
        event = ConversationItemAddedEvent(
            item=ChatMessage(role="assistant", content=[text]), created_at=ENDED + at
        )
        self.happens("conversation_item_added", event)


METRICS = {"stopped_speaking_at": ENDED, "transcription_delay": 0.3, "end_of_turn_delay": 0.6}


@pytest.fixture
async def heard() -> Heard:
    return Heard()


async def test_a_reply_tells_the_parts_of_its_wait(heard: Heard) -> None:
    heard.asks(**METRICS)
    heard.guesses(0.601)
    heard.replies(words=1.4, sound=1.75, heard=1.8)
    (times,) = heard.told
    assert times.payload() == {
        "event": "turn_times",
        "segment": heard.segments.latest["agent"],
        "asked": heard.segments.latest["user"],
        "wait_ms": 1800,
        "text_ms": 300,
        "decision_ms": 300,
        "token_ms": 800,
        "sound_ms": 350,
        "heard_ms": 50,
        "guess": "none",
    }


async def test_a_guess_that_hit_has_its_first_word_before_the_decision(heard: Heard) -> None:
    heard.guesses(0.2)
    heard.guesses(0.35)
    heard.asks(**METRICS)
    heard.replies(words=0.5, sound=0.58, heard=0.62)
    (times,) = heard.told
    assert times.guess == "hit"
    assert (times.decision_ms, times.token_ms, times.sound_ms) == (300, 0, 0)
    assert (times.heard_ms, times.wait_ms) == (20, 620)


async def test_a_guess_that_was_dropped_missed(heard: Heard) -> None:
    heard.guesses(0.2)
    heard.guesses(0.61)
    heard.asks(**METRICS)
    heard.replies(words=0.9, sound=1, heard=1.1)
    assert [times.guess for times in heard.told] == ["missed"]


async def test_a_greeting_and_a_reply_that_goes_on_have_none(heard: Heard) -> None:
    heard.replies(words=0, sound=0, heard=0)
    assert heard.told == []
    heard.asks(**METRICS)
    for _ in range(2):
        heard.replies(words=0.9, sound=1, heard=1.1)
        heard.segments.agent_silent()
    assert len(heard.told) == 1


async def test_the_tools_have_their_share(heard: Heard) -> None:
    heard.asks(**METRICS)
    call = FunctionCall(call_id="c", name="look", arguments="{}", created_at=ENDED + 1)
    output = FunctionCallOutput(call_id="c", output="", is_error=False, created_at=ENDED + 1.25)
    executed = FunctionToolsExecutedEvent(function_calls=[call], function_call_outputs=[output])
    heard.happens("function_tools_executed", executed)
    heard.replies(words=1.6, sound=1.7, heard=1.8)
    (times,) = heard.told
    assert (times.tools_ms, times.token_ms, times.wait_ms) == (250, 1000, 1800)


async def test_a_reply_without_a_voice_ends_when_it_is_shown(heard: Heard) -> None:
    heard.asks(**METRICS)
    heard.shows("x = 1", at=2)
    (times,) = heard.told
    assert times.segment == heard.segments.latest["agent"]
    assert (times.token_ms, times.sound_ms, times.heard_ms) == (1400, None, None)
    assert times.wait_ms == 2000


async def test_what_livekit_agents_does_not_know_is_left_out(heard: Heard) -> None:
    heard.pauses(0.1)
    heard.asks()
    heard.replies(words=0.9, sound=1, heard=1.1)
    (times,) = heard.told
    assert times.text_ms is None and times.guess is None
    assert (times.decision_ms, times.wait_ms) == (600, 1000)


async def test_a_question_without_a_voice_waits_since_it_was_asked(heard: Heard) -> None:
    heard.pauses(-60)
    for _ in range(2):
        heard.asks()
        heard.replies(words=0.9, sound=1, heard=1.1)
        heard.segments.agent_silent()
    assert [times.wait_ms for times in heard.told] == [61_100, 400]


async def test_the_wait_begins_when_the_voice_fell_silent_and_has_the_sounds_way(
    heard: Heard,
) -> None:
    heard.late, heard.way.seconds = 0.1, 0.08
    heard.asks(**METRICS)
    heard.replies(words=1.4, sound=1.75, heard=1.8)
    (times,) = heard.told
    assert (times.text_ms, times.decision_ms, times.way_ms) == (400, 300, 80)
    assert times.wait_ms == 1980


async def test_what_was_typed_waits_for_the_sounds_way_back_alone(heard: Heard) -> None:
    heard.way.seconds = 0.08
    heard.listener.ask(Question("u", ENDED, decision=ENDED, is_typed=True))
    heard.replies(words=0.3, sound=0.5, heard=0.6)
    (times,) = heard.told
    assert (times.way_ms, times.wait_ms) == (40, 640)


async def test_the_way_is_measured_once_a_turn(heard: Heard) -> None:
    for _ in range(2):
        for pause in (-2, -1, 0):
            heard.pauses(pause)
        heard.asks(**METRICS)
    assert heard.way.measured == 2


async def test_a_question_that_another_agent_left_waits_since_it_was_asked(heard: Heard) -> None:
    heard.listener.ask(Question("u", ENDED, taken_over=ENDED + 7))
    heard.replies(words=7.1, sound=7.4, heard=7.5)
    (times,) = heard.told
    assert (times.asked, times.takeover_ms, times.wait_ms) == ("u", 7000, 7500)


def test_the_parts_make_up_the_wait_to_the_millisecond() -> None:
    marks = (("a", ENDED + 0.0004), ("b", ENDED - 3), ("c", None), ("d", ENDED + 1.2346))
    assert parts_between(ENDED, marks) == {"a": 0, "b": 0, "d": 1235}


async def test_a_real_turn_stores_where_its_time_went(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.queue_transcripts(WORDS)
    spoken = await ada.say(line(WORDS))
    mine, reply = await ada.until_final("user", 1), await ada.until_final("agent", 2)
    (times,) = ada.events("turn_times")
    assert (times["segment"], times["asked"]) == (reply["segment"], mine["segment"])
    parts = [times[part] for part in PARTS if part in times]
    assert len(parts) == 6 and sum(parts) == times["wait_ms"]
    assert times["text_ms"] + times["decision_ms"] >= 500, "silence ends a turn"
    assert times["guess"] in ("hit", "missed", "none")
    heard = ada.hears_since(spoken)
    assert heard and is_as_heard(times["wait_ms"] / 1000, heard - spoken)
    assert times["way_ms"] >= 20 and in_time(times["way_ms"] / 1000, 0.4), (
        "a jitter buffer each way"
    )


async def test_an_interrupted_reply_has_it_too(
    ada: Person, openai_api: OpenAIStandIn, long_reply: str
) -> None:
    await greeted(ada)
    openai_api.queue_transcripts(WORDS, "Stop.")
    await ada.say(line(WORDS))
    await ada.until_hears_reply()
    await ada.wait_seconds_of_reply(2)
    await ada.say(line("No, stop please, I want something else."))
    cut = await ada.until_final("agent", 2)
    assert long_reply.startswith(cut["text"]) and cut["interrupted"] is True
    assert [times["segment"] for times in ada.events("turn_times")][:1] == [cut["segment"]]
