"""Pieces of a recording as one stream: whole, in time, and the same byte by byte."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import pytest
from agent_manager.recording.encoder import Encoder
from fakes.recorded import end, keep, recorded_session, tone
from fakes.stereo import LOUD, QUIET, decoded, loudness
from voice_sessions import queries
from voice_sessions.actions import generations
from voice_sessions.models import Piece
from voice_sessions.recordings import keeping, ogg, storage, waveform
from voice_sessions.recordings.joined import PieceMissing, Recording, read_range, recording

pytestmark = pytest.mark.usefixtures("record")


def found(session_id: str) -> Recording:
    there = recording(queries.session(session_id))
    assert there is not None
    return there


def whole(session_id: str) -> bytes:
    there = found(session_id)
    return b"".join(read_range(there, 0, there.size))


def both(seconds: float) -> tuple[Any, Any]:
    """The person for the first half, the agent for the second."""
    half = seconds / 2
    left = np.concatenate([tone(half), tone(half, 0)])
    return left, left[::-1]


def test_each_voice_is_on_its_side_at_its_time() -> None:
    session_id, encoder = recorded_session(), Encoder()
    left, right = both(10)
    for number in range(2):
        span = slice(number * 5 * ogg.RATE, (number + 1) * 5 * ogg.RATE)
        keep(session_id, number, number * 5, encoder.encode(left[span], right[span]))
    person, agent = decoded(whole(session_id))
    assert len(person) == 10 * 48_000 - 312
    assert loudness(person, 0.1, 4.9) > LOUD and loudness(agent, 0.1, 4.9) < QUIET
    assert loudness(person, 5.1, 9.9) < QUIET and loudness(agent, 5.1, 9.9) > LOUD


def test_what_is_missing_between_two_agents_is_silence_of_its_length() -> None:
    session_id = recorded_session()
    keep(session_id, 0, 0.0, Encoder().encode(tone(3), tone(3, 0)))
    generations.replace(session_id, 1, lost=True)
    keep(session_id, 0, 7.4, Encoder().encode(tone(2), tone(2, 0)), generation=2)
    there = found(session_id)
    assert there.seconds == pytest.approx(9.4)
    person, _ = decoded(whole(session_id))
    assert loudness(person, 0.1, 2.9) > LOUD
    assert loudness(person, 3.1, 7.3) < QUIET
    assert loudness(person, 7.5, 9.3) > LOUD


def test_a_long_recording_is_drawn_in_few_steps_with_its_gaps() -> None:
    session_id = recorded_session()
    peaks = waveform.peaks_of(tone(5), tone(5, 0))
    for number in range(0, 80, 2):
        keep(session_id, number, number * 5, [ogg.SILENCE] * 250, peaks=peaks)
    session = queries.session(session_id)
    drawn = waveform.waveform(session, found(session_id))
    assert len(drawn["person"]) <= waveform.MOST_PEAKS
    loud = np.array(drawn["person"]) > 0
    assert 0.48 < loud.mean() < 0.53 and not any(drawn["agent"])


def test_an_agent_that_was_replaced_keeps_nothing_any_more() -> None:
    session_id = recorded_session()
    generations.replace(session_id, 1, lost=True)
    with pytest.raises(keeping.PieceRefused):
        keep(session_id, 0, 0.0, Encoder().encode(tone(1), tone(1)))
    assert not Piece.objects.exists()


def test_a_span_has_the_bytes_of_the_whole_and_reads_only_its_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session_id, encoder = recorded_session(), Encoder()
    for number in range(6):
        keep(session_id, number, number * 5.5, encoder.encode(tone(5), tone(5)))
    end(session_id)
    stream, there = whole(session_id), found(session_id)
    assert len(stream) == there.size
    read: list[str] = []
    original = storage.read
    monkeypatch.setattr(storage, "read", lambda key: (read.append(key), original(key))[1])
    for first in (0, 1, 79, 80, 5_000, 20_123, there.size - 1):
        for end_ in (first + 1, first + 700, there.size):
            end_ = min(end_, there.size)
            assert b"".join(read_range(there, first, end_)) == stream[first:end_]
    read.clear()
    list(read_range(there, 20_000, 20_010))
    assert len(read) == 1


def test_a_stream_of_a_session_that_is_over_says_where_it_ends() -> None:
    session_id = recorded_session()
    keep(session_id, 0, 0.0, Encoder().encode(tone(3), tone(3)))
    before = found(session_id).tag
    assert ends(whole(session_id)) == [0] * 5
    end(session_id)
    assert ends(whole(session_id)) == [0] * 4 + [4]
    assert found(session_id).tag != before


def ends(stream: bytes) -> list[int]:
    """Of each page whether it is the last one, as its flag says."""
    return [page[5] & 4 for page in ogg._split(stream)]


def test_each_piece_is_a_file_that_plays_by_itself() -> None:
    session_id = recorded_session()
    key = keep(session_id, 0, 0.0, Encoder().encode(*both(4)))
    with av.open(io.BytesIO(storage.read(key))) as container:
        assert container.streams.audio[0].codec.name in ("opus", "libopus")
        assert container.streams.audio[0].channels == 2
    assert key.startswith(f"{session_id}/") and len(key) > len(session_id) + 32


def test_large_packets_fill_a_page_early() -> None:
    packets = [bytes(1301)] * 100  # six segments each, of 255 that a page has
    found = list(ogg._split(ogg.pages(packets)))
    assert len(found) == ogg.page_count(packets) == 3
    assert b"".join(page[27 + page[26] :] for page in found) == b"".join(packets)


def test_an_object_that_is_gone_is_told() -> None:
    session_id = recorded_session()
    key = keep(session_id, 0, 0.0, Encoder().encode(tone(1), tone(1)))
    storage.delete(key)
    with pytest.raises(PieceMissing):
        whole(session_id)
