"""A recorded talk as the backend tells it: what was said and waited for, what failed, its sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from agent_manager.recording.encoder import Encoder
from support.speech import resample, sentence
from voice_sessions.recordings import ogg
from voice_sessions.recordings.waveform import PEAK_SECONDS, peaks_of

from .backend import entry, times

Json = dict[str, Any]
BEGAN = datetime(2026, 11, 20, 14, 2, 11, tzinfo=UTC)
NOTICED, ENDED = 0.2, 0.6
"""Seconds after which a person's voice is known to have begun, and to have ended."""
SAID = (
    ("agent", "Casa Verde, good evening. For when would you like a table?", {}),
    ("user", "Tomorrow evening at eight, for two people please.", {}),
    (
        "agent",
        "Eight is taken, but a quarter past eight is free. Shall I take it?",
        {"token": 2400},
    ),
    ("user", "Yes please, for Anna.", {}),
    ("agent", "Done. A table for two, tomorrow at a quarter past eight.", {"token": 700}),
)
PARTS = {"text": 200, "decision": 300, "sound": 400}
LOST = {"code": "agent_lost", "message": "The agent was lost. Another one is joining."}
SLOW = {"code": "llm_slow", "message": "The language service did not answer in time."}


@dataclass
class Talk:
    """What `GET /transcripts/{id}` tells of a talk, and its sound.

    `spoken` is from when to when each line is really heard, in seconds of the recording.
    """

    entries: list[Json] = field(default_factory=list)
    turn_times: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    recording: Json = field(default_factory=dict)
    sound: bytes = b""
    spoken: list[tuple[float, float]] = field(default_factory=list)

    def told(self, **changes: Any) -> Json:
        """The keys of the answer that are of this talk."""
        keys = ("entries", "turn_times", "events", "recording")
        seconds = self.recording["seconds"]
        ends = {"started_at": at(0), "ended_at": at(seconds)}
        return {key: getattr(self, key) for key in keys} | ends | changes


def at(second: float) -> str:
    """The time of that second of the recording."""
    moment = BEGAN + timedelta(seconds=second)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def talk() -> Talk:
    """A talk of five lines, of which two replies were waited for."""
    made, now = Talk(), 0.5
    voices: dict[str, list[tuple[float, Any]]] = {"user": [], "agent": []}
    for number, (role, text, waited) in enumerate(SAID):
        order = 3 * number + 2
        now += sum(PARTS.values()) / 1000 + waited["token"] / 1000 if waited else 1.0
        samples, rate = sentence(text, voice="slt" if role == "agent" else "rms")
        sound = resample(samples, rate, ogg.RATE)
        voices[role].append((now, sound))
        until = now + len(sound) / ogg.RATE
        made.spoken.append((now, until))
        late = (NOTICED, ENDED) if role == "user" else (0.0, 0.0)
        made.entries.append(
            entry(order, role, text, at(now + late[0]), until=at(until + late[1]), typed=False)
        )
        if waited:
            made.turn_times.append(times(order, **PARTS, **waited))
        now = until
    _record(made, voices, now + 1.0)
    made.events = [
        {"event": "session_started", "seq": 1, "at": at(0.4)},
        {"event": "session_ended", "reason": "stopped", "seq": 90, "at": at(now + 0.9)},
    ]
    return made


def with_trouble(talk: Talk) -> list[Json]:
    """The events of the talk where a tool ran, a service was slow, and the agent was lost."""
    first, asked, reply = (talk.spoken[number] for number in (0, 1, 2))
    tool = {"call": "t1", "name": "find_table"}
    came = {"ok": True, "milliseconds": 900, "summary": "Two tables are free."}
    within = [
        {"event": "speech_started", "role": "user", "segment": "hm", "at": at(first[1] + 0.2)},
        {"event": "speech_ended", "role": "user", "segment": "hm", "at": at(first[1] + 0.7)},
        {"event": "tool_started", "at": at(asked[1] + 0.7), **tool, "arguments": {}},
        {"event": "tool_ended", "at": at(asked[1] + 1.6), **tool, **came},
        {"event": "error", "fatal": False, "at": at(asked[1] + 2.0), **SLOW},
        {"event": "error", "fatal": False, "at": at(reply[1] - 0.4), **LOST},
    ]
    numbered = [{"seq": 20 + n, **event} for n, event in enumerate(within)]
    return [talk.events[0], *numbered, talk.events[1]]


def _record(made: Talk, voices: dict[str, list[tuple[float, Any]]], seconds: float) -> None:
    """Mixes the voices, and gives the talk its sound and how loud it is."""
    length = -(-round(seconds * ogg.RATE) // ogg.PACKET_SAMPLES) * ogg.PACKET_SAMPLES
    both = []
    for role in ("user", "agent"):
        channel = np.zeros(length, dtype=np.int16)
        for begins, sound in voices[role]:
            first = round(begins * ogg.RATE)
            channel[first : first + len(sound)] = sound
        both.append(channel)
    made.sound = ogg.HEAD + ogg.pages(Encoder().encode(*both))
    peaks = np.frombuffer(peaks_of(*both), dtype=np.uint8).reshape(-1, 2)
    waveform = {"person": peaks[:, 0].tolist(), "agent": peaks[:, 1].tolist()}
    told = {"started_at": at(0), "seconds": len(peaks) * PEAK_SECONDS, "size": len(made.sound)}
    made.recording = told | {"waveform": waveform}
