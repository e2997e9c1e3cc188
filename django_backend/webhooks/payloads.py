"""What messages say: read from the record each time that one is sent, and kept nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from voice_sessions import transcripts
from voice_sessions.events import timestamp
from voice_sessions.models import Event, Session

from webhooks.models import PING, Delivery, EventType

MOST_BYTES = 256 * 1024
"""Of a transcript, and of what tools did, as much as fits: the beginning is sent."""
OF_TOOLS = MOST_BYTES // 4
AGENT_FAILED = "agent_failed"
TOOL_EVENTS = ("tool_started", "tool_ended")
_TOOL: Mapping[str, Any] = {
    "name": "",
    "arguments": {},
    "ok": None,
    "milliseconds": None,
    "summary": "",
    "at": None,
}
Json = dict[str, Any]


class NothingToTell(Exception):
    """The message, its session or the words of that are not there any more."""


def body(message_id: str) -> bytes:
    """Returns the JSON text of a message, the same each time; raises NothingToTell."""
    found = Delivery.objects.select_related("webhook").filter(message_id=message_id).first()
    if found is None:
        raise NothingToTell
    at = found.happened_at
    said = {"type": found.type, "timestamp": timestamp(at), "data": _data(found)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _data(delivery: Delivery) -> Json:
    if delivery.type == PING:
        return {"webhook": delivery.webhook.name}
    found = Session.objects.select_related("revision__agent").defer("progress", "summary")
    session = found.filter(id=delivery.session_id, erased=False).first()
    if session is None:
        raise NothingToTell
    return {**_about(session), **_MORE[delivery.type](session)}


def _about(session: Session) -> Json:
    """Which session it is: fields that are the same from its start on."""
    revision = session.revision
    return {
        "session_id": session.id,
        "agent": revision.agent.slug if revision else "default",
        "revision": revision.number if revision else None,
        "room": session.room,
        "identity": session.identity,
        "variables": session.variables,
        "continues": session.continues_id,
        "started_at": _time(session.started_at),
    }


def _started(_session: Session) -> Json:
    return {}


def _failed(session: Session) -> Json:
    errors = Event.objects.filter(session_id=session.id, type="error").order_by("-seq")
    fatal: Json = next((each.payload for each in errors[:10] if each.payload.get("fatal")), {})
    return {"code": fatal.get("code", AGENT_FAILED), "message": fatal.get("message", "")}


def _ended(session: Session) -> Json:
    entries = transcripts.entries(session)
    lines = [_line(each) for each in entries]
    tools = _tools(session.id)
    some_tools = _fitting(tools, OF_TOOLS)
    some_lines = _fitting(lines, MOST_BYTES - _size(some_tools))
    return {
        "ended_at": _time(session.ended_at),
        "reason": session.end_reason,
        "recorded": session.recorded,
        "usage": _usage(session, lines),
        "tools": some_tools,
        "tools_truncated": len(some_tools) < len(tools),
        "transcript": some_lines,
        "transcript_truncated": len(some_lines) < len(lines),
    }


_MORE: Mapping[str, Callable[[Session], Json]] = {
    EventType.SESSION_STARTED: _started,
    EventType.SESSION_ENDED: _ended,
    EventType.AGENT_FAILED: _failed,
}


def _line(entry: transcripts.Entry) -> Json:
    return {
        "role": entry["role"],
        "text": entry["text"],
        "at": entry["at"],
        "typed": entry["typed"],
        "interrupted": entry["interrupted"],
        "filler": entry["filler"],
    }


def _tools(session_id: str) -> list[Json]:
    """What tools did, in the order in which they were called; one that never ended has no `ok`."""
    found = Event.objects.filter(session_id=session_id, type__in=TOOL_EVENTS).order_by("seq")
    calls: dict[str, Json] = {}
    for event in found:
        said = event.payload
        call = calls.setdefault(said["call"], {**_TOOL, "name": said["name"]})
        if event.type == "tool_started":
            call |= {"arguments": said["arguments"], "at": timestamp(event.at)}
        else:
            call |= {name: said[name] for name in ("ok", "milliseconds", "summary")}
    return list(calls.values())


def _usage(session: Session, lines: list[Json]) -> Json:
    """Seconds, what each side said, and what the services of language and voice were asked for."""
    begun, over = session.started_at, session.ended_at
    seconds = (over - begun).total_seconds() if begun and over else 0.0
    of_person = [each["text"] for each in lines if each["role"] == "user"]
    of_agent = [each for each in lines if each["role"] == "agent"]
    return {
        "seconds": round(seconds, 1),
        "person_turns": len(of_person),
        "person_characters": sum(map(len, of_person)),
        "agent_turns": sum(not each["filler"] for each in of_agent),
        "agent_characters": sum(len(each["text"]) for each in of_agent),
        "input_tokens": session.input_tokens,
        "output_tokens": session.output_tokens,
        "spoken_characters": session.characters,
    }


def _fitting(rows: list[Json], most: int) -> list[Json]:
    """The first rows that have room in so many bytes of JSON."""
    kept: list[Json] = []
    for row in rows:
        most -= _size(row) + 1
        if most < 0:
            break
        kept.append(row)
    return kept


def _size(found: Any) -> int:
    return len(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode())


def _time(at: datetime | None) -> str | None:
    return timestamp(at) if at else None
