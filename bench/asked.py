"""What the services were asked for while people talked, from the stand-in's list of requests."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

from .prices import Amounts

RECORDING, UTTERANCE = "/v1/audio/transcriptions", "/v1/realtime/utterance"
REPLY, SPEECH = "/v1/chat/completions", "/v1/audio/speech"
STT_SECONDS, TTS_SECONDS = 0.25, 0.15
"""Seconds that the stand-in takes to the text of a recording, and to the first byte of a voice."""


@dataclass
class Asked:
    """How often and for how much the services were asked by all people of a cell."""

    recognitions: int = 0
    replies: int = 0
    amounts: Amounts = field(default_factory=Amounts)
    thrown_away: Amounts = field(default_factory=Amounts)
    """What would not have been asked without guesses and split turns."""

    def add(self, other: Asked) -> None:
        """Takes another round's figures in."""
        self.recognitions += other.recognitions
        self.replies += other.replies
        self.amounts.add(other.amounts)
        self.thrown_away.add(other.thrown_away)


@dataclass(frozen=True)
class Stages:
    """Where the seconds from a line's last sound to the reply's first sound went."""

    noticing: float
    recognition: float
    to_language: float
    language: float
    voice: float
    to_ear: float


def asked_for(requests: Sequence[dict[str, Any]], lines: int, seconds: float, reply: str) -> Asked:
    """Counts the requests of `lines` lines that took `seconds` to say, each answered by `reply`."""
    heard = [r for r in requests if r["path"] in (RECORDING, UTTERANCE)]
    prompts = [r for r in requests if r["path"] == REPLY]
    amounts = Amounts(
        sum(r["audio_seconds"] or 0 for r in heard),
        sum(len(str(r["messages"])) for r in prompts),
        len(prompts) * len(reply),
        sum(len(r["input"] or "") for r in requests if r["path"] == SPEECH),
    )
    needed = lines / len(prompts) if prompts else 1.0
    without = Amounts(
        seconds, amounts.read_letters * needed, lines * len(reply), lines * len(reply)
    )
    return Asked(len(heard), len(prompts), amounts, _beyond(amounts, without))


def stages(requests: Sequence[dict[str, Any]], ended: float, sound: float) -> Stages | None:
    """Returns the stages of one turn, None when its requests were not all made after its end.

    `ended` and `sound` are seconds of `time.time`: the line's last sound and the reply's first.
    """
    prompt = _last(requests, (REPLY,), ended, sound)
    voice = prompt and _last(requests, (SPEECH,), prompt["at"], sound, first=True)
    words = prompt and _last(requests, (RECORDING, UTTERANCE), ended, prompt["at"])
    if not prompt or not voice or not words:
        return None
    is_recording = words["path"] == RECORDING
    asked = words["at"] if is_recording else ended
    text = words["at"] + (STT_SECONDS if is_recording else 0)
    first_byte = voice["at"] + TTS_SECONDS
    moments = [ended, asked, text, prompt["at"], voice["at"], first_byte, sound]
    return Stages(*(max(0.0, b - a) for a, b in pairwise(moments)))


def middle(found: Sequence[Stages]) -> Stages | None:
    """Returns the median of each stage, None without any."""
    if not found:
        return None
    names = [part.name for part in fields(Stages)]
    return Stages(*(statistics.median(getattr(one, name) for one in found) for name in names))


def _last(
    requests: Sequence[dict[str, Any]],
    paths: tuple[str, ...],
    after: float,
    before: float,
    *,
    first: bool = False,
) -> dict[str, Any] | None:
    found = [r for r in requests if r["path"] in paths and after <= r["at"] <= before]
    return (found[0] if first else found[-1]) if found else None


def _beyond(all_: Amounts, without: Amounts) -> Amounts:
    differences = (
        max(0.0, getattr(all_, part.name) - getattr(without, part.name)) for part in fields(Amounts)
    )
    return Amounts(*differences)
