"""How long sound is on its way to the agent and back, from what the media library tells."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.listeners.way import Way
from livekit import rtc
from support.waiting import until_async


class Track:
    """The person's track, of which the media library tells this, or fails."""

    kind = rtc.TrackKind.KIND_AUDIO

    def __init__(self) -> None:
        self.delay, self.samples = 0.0, 0
        self.asked = 0
        self.fails = False

    async def get_stats(self) -> list[rtc.stats.RtcStats]:
        self.asked += 1
        if self.fails:
            raise Exception("no statistics")
        pair, inbound = rtc.stats.RtcStats(), rtc.stats.RtcStats()
        pair.candidate_pair.candidate_pair.nominated = True
        pair.candidate_pair.candidate_pair.current_round_trip_time = 0.1
        inbound.inbound_rtp.inbound.jitter_buffer_delay = self.delay
        inbound.inbound_rtp.inbound.jitter_buffer_emitted_count = self.samples
        return [rtc.stats.RtcStats(), pair, inbound]


def way_of(*tracks: Any) -> Way:
    published = {str(place): SimpleNamespace(track=track) for place, track in enumerate(tracks)}
    person = SimpleNamespace(track_publications=published)
    room_io = SimpleNamespace(linked_participant=person)
    return Way(SimpleNamespace(room_io=room_io))  # type: ignore[arg-type]


async def measured(way: Way, track: Track) -> float | None:
    asked = track.asked
    way.measure()
    await until_async(lambda: track.asked > asked, what="the library is asked")
    return way.seconds


async def test_it_is_the_round_trip_and_what_both_buffers_held_lately() -> None:
    track = Track()
    way = way_of(None, track)
    track.delay, track.samples = 30.0, 1000
    assert await measured(way, track) == pytest.approx(0.1 + 2 * (0.03 + 0.01))
    track.delay, track.samples = 90.0, 2000
    assert await measured(way, track) == pytest.approx(0.1 + 2 * (0.06 + 0.01))
    await way.aclose()


async def test_it_is_not_known_where_nothing_was_heard_or_nothing_is_told() -> None:
    track = Track()
    way = way_of(track)
    assert await measured(way, track) is None
    track.delay, track.samples = 30.0, 1000
    assert await measured(way, track) is not None
    track.fails = True
    assert await measured(way, track) is None
    await way.aclose()


async def test_a_person_without_a_track_is_asked_about_nothing() -> None:
    way = way_of()
    way.measure()
    await way.aclose()
    assert way.seconds is None
