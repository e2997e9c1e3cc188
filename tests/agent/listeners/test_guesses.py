"""When livekit-agents may begin a reply, by what the recogniser says."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.listeners import guesses as module
from agent_manager.listeners.guesses import Guesses
from livekit.agents import UserStateChangedEvent, stt

SO_FAR = "I would like tea."
Kind = stt.SpeechEventType


class Activity:
    """Stands in for the part of livekit-agents that has a guess out."""

    def __init__(self) -> None:
        self._preemptive_generation: object | None = object()

    def _cancel_preemptive_generation(self) -> None:
        self._preemptive_generation = None


def event(kind: Kind, words: str) -> stt.SpeechEvent:
    return stt.SpeechEvent(type=kind, alternatives=[stt.SpeechData(language="en", text=words)])  # type: ignore[arg-type]


def speaking(*, is_on: bool = True) -> tuple[Guesses, Any]:
    """The guesses of a session in which somebody speaks, and what they see of it."""
    voice = SimpleNamespace(
        user_state="speaking",
        options=SimpleNamespace(preemptive_generation={"enabled": True}),
        _activity=Activity(),
    )
    return Guesses(voice, SimpleNamespace(is_on=is_on)), voice  # type: ignore[arg-type]


def allowed(voice: Any) -> bool:
    return bool(voice.options.preemptive_generation["enabled"])


def is_out(voice: Any) -> bool:
    return voice._activity._preemptive_generation is not None


def test_words_that_stand_still_are_guessed_on_while_the_voice_falls() -> None:
    guesses, voice = speaking()
    assert not allowed(voice)
    guesses.hears(event(Kind.PREFLIGHT_TRANSCRIPT, SO_FAR))
    assert allowed(voice)


def test_nothing_is_guessed_where_guesses_are_off() -> None:
    guesses, voice = speaking(is_on=False)
    guesses.hears(event(Kind.PREFLIGHT_TRANSCRIPT, SO_FAR))
    assert not allowed(voice)


@pytest.mark.parametrize("settled", [SO_FAR, "i would like TEA", "I would, like: tea!"])
def test_the_same_words_keep_the_guess_and_begin_no_other(settled: str) -> None:
    guesses, voice = speaking()
    guesses.hears(event(Kind.PREFLIGHT_TRANSCRIPT, SO_FAR))
    voice.user_state = "listening"
    guesses.hears(event(Kind.FINAL_TRANSCRIPT, settled))
    assert is_out(voice) and not allowed(voice)


@pytest.mark.parametrize("settled", ["I would like three.", "I would like tea please.", "Tea."])
def test_other_words_throw_the_guess_away_and_may_begin_another(settled: str) -> None:
    guesses, voice = speaking()
    guesses.hears(event(Kind.PREFLIGHT_TRANSCRIPT, SO_FAR))
    voice.user_state = "listening"
    guesses.hears(event(Kind.FINAL_TRANSCRIPT, settled))
    assert not is_out(voice) and allowed(voice)


def test_words_that_go_on_drop_the_guess() -> None:
    guesses, voice = speaking()
    guesses.hears(event(Kind.PREFLIGHT_TRANSCRIPT, SO_FAR))
    guesses.withdraw()
    assert not is_out(voice) and not allowed(voice)


async def test_a_guess_that_was_withdrawn_costs_the_next_one_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SPEAKS_ON", 0.05)
    guesses, voice = speaking()
    guesses.handlers()["user_state_changed"](
        UserStateChangedEvent(old_state="listening", new_state="speaking")
    )
    guesses.hears(event(Kind.PREFLIGHT_TRANSCRIPT, SO_FAR))
    guesses.withdraw()
    guesses.handlers()["user_state_changed"](
        UserStateChangedEvent(old_state="speaking", new_state="listening")
    )
    voice._activity = Activity()
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, over.set)
    await over.wait()
    assert is_out(voice)
