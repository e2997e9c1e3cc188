"""What is said when no answer comes: never that somebody was not understood while it is open."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from agent_manager.listeners.button import Button
from agent_manager.listeners.silence import AnswerTimer, Silence
from agent_manager.providers.recognition.outcome import Outcome
from livekit.agents import UserStateChangedEvent
from support.waiting import until_async


class Room:
    """A session as the listener sees it, and what was told and said in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(AnswerTimer, "SECONDS", 0.03)
        self.voice = SimpleNamespace(agent_state="listening")
        self.segments = SimpleNamespace(user_words="")
        self.outcome = Outcome()
        self.told: list[str] = []
        self.said: list[str] = []
        self.looks = 0
        self.button = Button()
        self._silence = Silence(
            self.voice,  # type: ignore[arg-type]
            lambda error: self.told.append(error.code),  # type: ignore[union-attr]
            self.segments,  # type: ignore[arg-type]
            SimpleNamespace(say_soon=self.said.append),  # type: ignore[arg-type]
            AnswerTimer(),
            self._look,
            self.outcome,
            self.button,
        )

    def _look(self) -> bool:
        self.looks += 1
        return False

    async def somebody_spoke(self) -> None:
        """Somebody spoke, and the wait for an answer is over."""
        handler = self._silence.handlers()["user_state_changed"]
        handler(UserStateChangedEvent(old_state="listening", new_state="speaking"))
        handler(UserStateChangedEvent(old_state="speaking", new_state="listening"))
        looks = self.looks
        await until_async(lambda: self.looks > looks, what="the wait is over")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


async def test_a_voice_without_words_was_not_understood(room: Room) -> None:
    room.outcome.asked()
    room.outcome.no_words(1.2)
    room.outcome.answered()
    await room.somebody_spoke()
    assert room.told == ["not_understood"] and len(room.said) == 1
    await room.somebody_spoke()
    assert len(room.told) == 1, "for the same words"


async def test_a_noise_is_passed_over(room: Room) -> None:
    room.outcome.no_words(0.2)
    await room.somebody_spoke()
    assert room.told == []


async def test_recognition_that_failed_has_told_it_itself(room: Room) -> None:
    room.outcome.no_words(1.2)
    room.outcome.told()
    await room.somebody_spoke()
    assert room.told == []


async def test_a_reply_on_its_way_takes_longer(room: Room) -> None:
    room.outcome.no_words(1.2)
    room.voice.agent_state = "thinking"
    await room.somebody_spoke()
    assert room.told == ["reply_slow"] and room.said == []


async def test_recognition_that_answers_late_without_words_is_told_then(room: Room) -> None:
    room.outcome.asked()
    await room.somebody_spoke()
    assert room.told == ["reply_slow"]
    room.outcome.no_words(1.2)
    room.outcome.answered()
    await until_async(lambda: len(room.told) > 1, what="another message")
    assert room.told == ["reply_slow", "not_understood"]
