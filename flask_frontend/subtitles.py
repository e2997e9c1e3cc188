"""A transcript as subtitles of its recording: SubRip and WebVTT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from flask import Response

from flask_frontend import wording
from flask_frontend.downloads import attachment, speaker
from flask_frontend.languages.saying import say

SECONDS_A_WORD, SHORTEST, LONGEST = 0.45, 1.5, 20.0
"""How long a line is shown, at most until the next one: the record has no end of it."""
KINDS = {"srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8"}


class Cue(NamedTuple):
    """A line, and from when to when it is shown, in seconds of the recording."""

    first: float
    last: float
    speaker: str
    words: str


def download(transcript: Mapping[str, Any], ending: str) -> Response:
    """The subtitles as a file; they begin with the recording, or else with the session."""
    cues = list(_cues(transcript))
    body = _vtt(cues) if ending == "vtt" else _srt(cues)
    return attachment(body, transcript, ending, KINDS[ending])


def _srt(cues: list[Cue]) -> str:
    lines = [f"{_span(cue, ',')}\n{_said(cue)}\n" for cue in cues]
    return "\n".join(f"{number}\n{line}" for number, line in enumerate(lines, start=1))


def _said(cue: Cue) -> str:
    return say("session.file.cue", speaker=cue.speaker, words=cue.words)


def _vtt(cues: list[Cue]) -> str:
    lines = [f"{_span(cue, '.')}\n<v {cue.speaker}>{_escaped(cue.words)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *lines])


def _cues(transcript: Mapping[str, Any]) -> Iterator[Cue]:
    recording = transcript.get("recording") or {}
    began = wording.parse(recording.get("started_at") or wording.moment(transcript))
    said = [(wording.parse(entry.get("at")), entry) for entry in transcript["entries"]]
    timed = [(max((at - began).total_seconds(), 0.0), e) for at, e in said if at and began]
    timed.sort(key=lambda each: each[0])
    for (first, entry), following in zip_longest(timed, timed[1:]):
        words = " ".join(str(entry["text"]).split())
        shown = min(max(len(words.split()) * SECONDS_A_WORD, SHORTEST), LONGEST)
        last = min(first + shown, following[0]) if following else first + shown
        yield Cue(first, max(last, first + 0.2), speaker(entry["role"]), words)


def _span(cue: Cue, point: str) -> str:
    return f"{_time(cue.first, point)} --> {_time(cue.last, point)}"


def _time(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{thousandths:03}"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
