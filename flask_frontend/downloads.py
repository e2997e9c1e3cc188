"""A transcript as a file to keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response

from flask_frontend import wording

_SPEAKERS = {"user": "You", "agent": "Agent"}


def text_download(transcript: Mapping[str, Any]) -> Response:
    """The transcript as plain text, one line an entry, times in UTC."""
    lines = [*_heading(transcript), "", *map(_line, wording.lines(transcript))]
    body = "\n".join(lines) + "\n"
    return _attachment(body, transcript, "txt", "text/plain; charset=utf-8")


def json_download(transcript: Mapping[str, Any]) -> Response:
    """The transcript as the backend gives it, indented."""
    body = json.dumps(transcript, ensure_ascii=False, indent=2) + "\n"
    return _attachment(body, transcript, "json", "application/json")


def _heading(transcript: Mapping[str, Any]) -> list[str]:
    facts = [wording.when(wording.moment(transcript)), wording.length_of(transcript)]
    facts.append(wording.ending(transcript))
    names = f"Room {transcript.get('room', '')}, you were {transcript.get('identity', '')}"
    return ["Voice Agent", names, " · ".join(filter(None, facts))]


def _line(entry: Mapping[str, Any]) -> str:
    if "replies" in entry:
        return f"({entry['replies']})"
    speaker = _SPEAKERS.get(entry["role"], entry["role"])
    words = " ".join(str(entry["text"]).split())
    note = " (interrupted here)" if entry.get("interrupted") else ""
    return f"[{wording.clock(entry.get('at'))}] {speaker}: {words}{note}"


def _attachment(body: str, transcript: Mapping[str, Any], ending: str, kind: str) -> Response:
    began = wording.parse(wording.moment(transcript))
    day = f"{began:%Y-%m-%d}-" if began else ""
    response = Response(body, content_type=kind)
    name = f"voice-agent-{day}{str(transcript['session_id'])[:8]}.{ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
