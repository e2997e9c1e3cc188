"""A transcript as a file to keep."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
from flask import Response

from flask_frontend import wording
from flask_frontend.agents import agent_of
from flask_frontend.languages.saying import say

PART_BYTES = 512 * 1024
"""Some two minutes of sound."""
SOUND_HEADERS = ("Accept-Ranges", "Content-Length", "Content-Range", "ETag")
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")


def text_download(transcript: Mapping[str, Any]) -> Response:
    """The transcript as plain text, one line an entry, times in UTC."""
    lines = [*_heading(transcript), "", *map(_line, wording.lines(transcript))]
    body = "\n".join(lines) + "\n"
    return attachment(body, transcript, "txt", "text/plain; charset=utf-8")


def json_download(transcript: Mapping[str, Any]) -> Response:
    """The transcript as the backend gives it, indented, without how its sound is drawn."""
    kept = dict(transcript)
    if recording := kept.get("recording"):
        kept["recording"] = {key: told for key, told in recording.items() if key != "waveform"}
    body = json.dumps(kept, ensure_ascii=False, indent=2) + "\n"
    return attachment(body, transcript, "json", "application/json")


def sound(found: httpx.Response, session_id: str, *, is_kept: bool) -> Response:
    """The bytes of a recording as the backend sends them, to be heard or, `is_kept`, to be kept."""
    response = Response(found.iter_bytes(), found.status_code, content_type="audio/ogg")
    for name in SOUND_HEADERS:
        if name in found.headers:
            response.headers[name] = found.headers[name]
    if is_kept:
        name = f"voice-agent-{session_id[:8]}.ogg"
        response.headers.set("Content-Disposition", "attachment", filename=name)
    response.call_on_close(found.close)
    return response


def part_of_sound(asked: str) -> str:
    """The Range to ask for instead: no more at once than a player needs next.

    A player asks for all that follows, reads some seconds of it, and leaves the rest unread; it
    asks again for what it was not given.
    """
    found = _RANGE.fullmatch(asked.replace(" ", ""))
    if found is None:
        return ""
    first = int(found[1])
    last = min(int(found[2] or first + PART_BYTES), first + PART_BYTES - 1)
    return f"bytes={first}-{max(last, first)}"


def _heading(transcript: Mapping[str, Any]) -> list[str]:
    facts = [wording.when(wording.moment(transcript)), wording.length_of(transcript)]
    facts.append(wording.ending(transcript))
    room, identity = transcript.get("room", ""), transcript.get("identity", "")
    names = say("session.file.names", room=room, identity=identity)
    return [say("site.name"), names, *_agent(transcript), " · ".join(filter(None, facts))]


def _agent(transcript: Mapping[str, Any]) -> list[str]:
    """The line that says with whom the person talked; none for an agent without a name."""
    agent = agent_of(transcript)
    if not agent["name"]:
        return []
    name = " ".join(str(agent["name"]).split())
    return [say("session.file.agent", name=name, revision=agent["revision"])]


def _line(entry: Mapping[str, Any]) -> str:
    if "replies" in entry:
        return say("session.file.note", note=entry["replies"])
    if "tool" in entry:
        return say("session.file.note", note=_tool(entry["tool"]))
    return say(
        "session.file.line_interrupted" if entry.get("interrupted") else "session.file.line",
        time=wording.clock(entry.get("at")),
        speaker=say("session.file.you_typed") if entry.get("typed") else speaker(entry["role"]),
        words=" ".join(str(entry["text"]).split()),
    )


def _tool(use: Mapping[str, Any]) -> str:
    if not use["summary"]:
        return str(use["words"])
    return say("tools.line", what=use["words"], summary=use["summary"])


def speaker(role: str) -> str:
    """What files call who spoke."""
    return say("site.you" if role == "user" else "site.agent")


def attachment(body: str, transcript: Mapping[str, Any], ending: str, kind: str) -> Response:
    """The body as a file to keep, named by the session's day and id."""
    began = wording.parse(wording.moment(transcript))
    day = f"{began:%Y-%m-%d}-" if began else ""
    response = Response(body, content_type=kind)
    name = f"voice-agent-{day}{str(transcript['session_id'])[:8]}.{ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
