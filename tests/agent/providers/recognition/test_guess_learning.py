"""When guesses stop: what tells a server where requests queue from one that is slow."""

from __future__ import annotations

import pytest
from agent_manager.providers import speculation
from agent_manager.providers.learnt import Learnt
from agent_manager.providers.speculation import Speculation
from config.secret import Secret
from config.services import Service

SERVICE = Service("http://one.example/v1", Secret("k"), "any")
OTHER = Service("http://two.example/v1", Secret("k"), "any")


@pytest.fixture(autouse=True)
def time_passes(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    for name, seconds in (("_queues", speculation.STOPS_SECONDS), ("_first_words", 3600.0)):
        monkeypatch.setattr(speculation, name, Learnt(seconds, clock=lambda: now[0]))
    return now


def heard(alone: list[float], after_guess: list[float]) -> Speculation:
    found = Speculation(SERVICE, allowed=True)
    for seconds in alone:
        found.first_word_after(seconds, guesses_before=0)
    for seconds in after_guess:
        found.first_word_after(seconds, guesses_before=2)
    return found


def test_replies_that_are_late_after_dropped_guesses_stop_them(time_passes: list[float]) -> None:
    assert not heard([0.4], [1.6, 1.8]).is_on
    assert not Speculation(SERVICE, allowed=True).is_on, "of every session"
    assert Speculation(OTHER, allowed=True).is_on, "of that server alone"
    time_passes[0] = speculation.STOPS_SECONDS + 1
    assert Speculation(SERVICE, allowed=True).is_on, "for ever"


@pytest.mark.parametrize(
    ("alone", "after_guess"),
    [
        ([0.4], [1.6]),
        ([0.4], [0.5, 0.6]),
        ([0.4], [1.6, 0.5]),
        ([], [1.6, 1.8, 1.7]),
        ([2.0, 2.4], [2.2, 2.6]),
    ],
)
def test_a_slow_server_keeps_them(alone: list[float], after_guess: list[float]) -> None:
    assert heard(alone, after_guess).is_on


def test_a_switch_turns_them_off() -> None:
    assert not Speculation(SERVICE, allowed=False).is_on
