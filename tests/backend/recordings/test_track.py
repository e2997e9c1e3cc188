"""One voice on the time line."""

from __future__ import annotations

import numpy as np
from agent_manager.recording.track import TOLERANCE, Samples, Track


def ones(count: int, value: int = 1) -> Samples:
    return np.full(count, value, dtype=np.int16)


def test_sound_is_where_it_was_heard_and_silence_elsewhere() -> None:
    track = Track()
    track.put(10_000, ones(100))
    taken = track.take(20_000)
    assert np.flatnonzero(taken).tolist() == list(range(10_000, 10_100))


def test_a_loop_that_hiccups_leaves_no_hole() -> None:
    track = Track()
    track.put(0, ones(1000))
    track.put(1000 + TOLERANCE, ones(1000))
    track.put(2000, ones(1000))
    assert track.take(3000).tolist() == [1] * 3000


def test_a_pause_is_a_pause() -> None:
    track = Track()
    track.put(0, ones(1000))
    track.put(1000 + TOLERANCE + 1, ones(1000))
    taken = track.take(4000 + TOLERANCE)
    assert not taken[1000 : 1001 + TOLERANCE].any()
    assert taken[1001 + TOLERANCE : 2001 + TOLERANCE].all()


def test_what_was_cut_is_not_heard_and_what_follows_is_where_it_began() -> None:
    track = Track()
    track.put(0, ones(5000))
    track.cut(3000)
    track.put(3500, ones(100, 2))
    taken = track.take(6000)
    assert taken[:3000].all() and not taken[3000:3500].any()
    assert taken[3500:3600].tolist() == [2] * 100


def test_what_is_taken_in_parts_is_what_would_be_taken_at_once() -> None:
    track = Track()
    track.put(500, np.arange(1, 3001, dtype=np.int16))
    parts = [track.take(end) for end in (1000, 1001, 2500, 4000)]
    assert np.concatenate(parts)[500:3500].tolist() == list(range(1, 3001))


def test_what_comes_too_late_is_left_out() -> None:
    track = Track()
    track.take(1000)
    track.put(900, ones(200))
    assert track.take(1200).tolist() == [1] * 100 + [0] * 100
