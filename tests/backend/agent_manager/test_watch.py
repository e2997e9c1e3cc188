"""When a session counts as having lost its agent, with a clock of the test's own."""

from __future__ import annotations

from agent_manager.supervision.verdicts import (
    ABSENT_AFTER,
    DEAD_AFTER,
    JOINING_AFTER,
    Verdict,
    Watch,
)
from voice_sessions.models import Session, State


class Seen:
    """One session that is looked at again and again, as time goes by."""

    def __init__(self, *, beats: int = 5, state: State = State.ACTIVE) -> None:
        self.session = Session(id="s", beats=beats, state=state)
        self.now = 1000.0
        self.watch = Watch()
        self.verdicts = [self.look()]

    def look(self) -> Verdict:
        return self.watch.look([self.session], self.now)["s"]

    def after(self, seconds: float, step: float = 0.5) -> Verdict:
        for _ in range(round(seconds / step)):
            self.now += step
            self.verdicts.append(self.look())
        return self.verdicts[-1]


def test_an_agent_that_beats_is_fine() -> None:
    seen = Seen()
    for _ in range(20):
        seen.session.beats += 1
        assert seen.after(1.5) is Verdict.FINE


def test_an_agent_that_beats_no_more_is_dead_after_three_seconds() -> None:
    seen = Seen()
    assert seen.after(DEAD_AFTER - 0.5) is Verdict.FINE
    assert seen.after(0.5) is Verdict.DEAD


def test_an_agent_that_joins_has_more_time() -> None:
    seen = Seen(beats=1, state=State.STARTING)
    assert seen.after(JOINING_AFTER - 0.5) is Verdict.FINE
    assert seen.after(0.5) is Verdict.DEAD


def test_an_agent_that_nobody_took_up_is_asked_for_again_then_absent() -> None:
    seen = Seen(beats=0, state=State.STARTING)
    assert seen.after(ABSENT_AFTER) is Verdict.ABSENT
    assert seen.verdicts.count(Verdict.UNCLAIMED) == 1


def test_a_session_that_does_not_end_is_overdue() -> None:
    seen = Seen(state=State.ENDING)
    assert seen.after(2) is Verdict.FINE
    assert seen.after(1) is Verdict.OVERDUE


def test_a_successor_begins_anew() -> None:
    seen = Seen()
    seen.after(1.5)
    seen.session.generation, seen.session.beats = 2, 0
    assert seen.after(2.5) is Verdict.FINE


def test_a_clock_that_jumps_a_minute_kills_nobody() -> None:
    seen = Seen()
    for jump in (60.0, -60.0, 3600.0):
        seen.now += jump
        assert seen.look() is Verdict.FINE
        seen.session.beats += 1
        assert seen.after(0.5) is Verdict.FINE


def test_a_watcher_that_slept_does_not_take_its_sleep_for_silence() -> None:
    seen = Seen()
    assert seen.after(30, step=30) is Verdict.FINE


def test_sessions_that_are_over_are_forgotten() -> None:
    seen = Seen()
    seen.after(1.5)
    seen.watch.look([], seen.now)
    assert seen.after(1.5) is Verdict.FINE
