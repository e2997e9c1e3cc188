"""Times, lengths and endings of a session in the words that people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

from babel.numbers import format_decimal
from flask import Flask
from markupsafe import Markup, escape

from flask_frontend.agents import agent_of, talk_url
from flask_frontend.languages.catalogue import LOCALES
from flask_frontend.languages.choice import language
from flask_frontend.languages.saying import date, has, language_name, number, say, time
from flask_frontend.local_words import replies_words

TITLE_LENGTH = 80
OWN_TOOLS = {"note": "noted", "end_session": "ended"}
"""Built-in tools with words of their own."""
_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")


def add_words(app: Flask) -> None:
    """Makes the words of this module available to templates as filters."""
    dated = (clock, day, ending, is_live, length_of, moment, when)
    app.add_template_filter(whole)
    of_agents = (agent_of, isolated, language_name)
    for word in (*dated, *of_agents, inline_code, lines, marked, replies_of, title_of):
        app.add_template_filter(word)
    app.add_template_global(talk_url)
    app.add_template_global(seconds)
    app.add_template_global(short_time)


def moment(session: Mapping[str, Any]) -> str | None:
    """When the session began, as RFC 3339; when it never got so far, when it was asked for."""
    return session.get("started_at") or session.get("created_at")


def is_live(session: Mapping[str, Any]) -> bool:
    """True until somebody or something ends the session."""
    return session.get("state") in ("starting", "active")


def ending(session: Mapping[str, Any]) -> str:
    """How the session ended, or that it goes on."""
    if is_live(session):
        return say("history.going_on")
    reason = f"endings.{session.get('end_reason')}"
    return say(reason if has(reason) else "endings.other")


def isolated(name: str) -> str:
    """A name for the middle of a sentence, where its own direction turns nothing else round."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"


def title_of(session: Mapping[str, Any]) -> str:
    """The first words of the person, from the list's title or the transcript's entries."""
    entries = session.get("entries") or ()
    spoken = (entry["text"] for entry in entries if entry["role"] == "user")
    words = " ".join(str(session.get("title") or next(spoken, "")).split())
    if len(words) > TITLE_LENGTH:
        words = words[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
    return words or say("history.wordless")


def lines(session: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is read of a session, in order: entries, as `replies` who replies from there on, and as
    `tool` what the agent used.

    A service that took over from another is told as such a line too.

    Each entry has as `times` what a person waited for it, None where they did not.
    """
    told = session.get("local_language") or ()
    news = [each for place, each in enumerate(told) if not place or _differs(each, told[place - 1])]
    words = [(each["seq"], replies_words(each, place == 0)) for place, each in enumerate(news)]
    words += [(each["seq"], _switched(each)) for each in session.get("events") or ()]
    notes = [{"order": seq, "replies": said} for seq, said in words if said]
    waits = {each["segment"]: each for each in session.get("turn_times") or ()}
    said = [{**each, "times": waits.get(each.get("segment"))} for each in session["entries"]]
    used = [{"order": use["seq"], "tool": use} for use in tools_of(session)]
    return sorted([*said, *notes, *used], key=lambda line: line["order"])


def tools_of(session: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which tools the agent used, oldest first: each as it began, with `words` and how it ended."""
    events = session.get("events") or ()
    ended = {each["call"]: each for each in events if each["event"] == "tool_ended"}
    begun = [each for each in events if each["event"] == "tool_started"]
    return [{**each, **_tool_told(each, ended.get(each["call"]))} for each in begun]


def _tool_told(begun: Mapping[str, Any], ended: Mapping[str, Any] | None) -> dict[str, str]:
    """What is said of a tool: `words`, and as `summary` what came of it."""
    name = begun["name"]
    if ended is None:
        return {"words": say("tools.unfinished", name=name), "summary": ""}
    time = short_time(ended["milliseconds"])
    key = OWN_TOOLS.get(name, "used") if ended["ok"] else "failed"
    return {"words": say(f"tools.{key}", name=name, time=time), "summary": ended["summary"]}


def replies_of(session: Mapping[str, Any]) -> str:
    """How many replies a person waited for, and how long; empty where that is unknown."""
    waits = [each["wait_ms"] / 1000 for each in session.get("turn_times") or ()]
    if not waits:
        return ""
    middle, slowest = map(seconds, (median(waits), max(waits)))
    return say("turn-times.replies", count=len(waits), median=middle, slowest=slowest)


def seconds(value: float) -> str:
    """A few seconds as people read them, such as "1.2 s"; from ten on without a fraction."""
    return say("units.seconds", number=number(value, 1 if value < 9.95 else 0))


def short_time(milliseconds: int) -> str:
    """Less than a second in milliseconds, such as "180 ms", more in seconds."""
    if milliseconds < 1000:
        return say("units.milliseconds", number=number(milliseconds))
    return say("units.seconds", number=number(milliseconds / 1000, 1))


def _switched(event: Mapping[str, Any]) -> str:
    if event["event"] != "service_switched":
        return ""
    service = say(f"failures.services.{event['service']}")
    return say(f"failures.switched.{event['to']}", service=service)


def _differs(told: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return (told["by"], told["reason"]) != (before["by"], before["reason"])


def length_of(session: Mapping[str, Any]) -> str:
    """How long an ended session lasted, such as "2 min 14 s"; empty when that is unknown."""
    began, ended = parse(session.get("started_at")), parse(session.get("ended_at"))
    if not (began and ended):
        return ""
    seconds = max(0, round((ended - began).total_seconds()))
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return say("units.lasted_hours", hours=hours, minutes=minutes)
    name = "units.lasted_minutes" if minutes else "units.lasted_seconds"
    return say(name, minutes=minutes, seconds=rest)


def when(value: str | None) -> str:
    """A date and time of day in UTC, such as "23 Nov 2026, 14:02 UTC"."""
    at = parse(value)
    return say("site.utc", date=date(at), time=time(at)) if at else ""


def day(value: str) -> str:
    """A day that REST tells, such as "23 Nov 2026"."""
    at = parse(value)
    return date(at) if at else ""


def whole(value: float) -> str:
    """A number without a fraction, in groups of three digits, such as "12,045"."""
    return format_decimal(round(value), locale=LOCALES[language()])


def clock(value: str | None) -> str:
    """A time of day in UTC with seconds, such as "14:02:11"."""
    at = parse(value)
    return time(at, "Hms") if at else ""


def parse(value: object) -> datetime | None:
    """The moment in UTC that an RFC 3339 string names, or None when it names none."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def inline_code(text: str) -> Markup:
    """The text as HTML, escaped: what stands between backticks as code, between ** as strong."""
    coded = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(_STRONG.sub(r"<strong>\1</strong>", coded))


def marked(line: Mapping[str, Any]) -> Markup:
    """The text of a line that was found, as HTML, escaped, with what matches as marks."""
    text, parts, end = str(line["text"]), [], 0
    for mark in line["marks"]:
        parts += [escape(text[end : mark["start"]])]
        end = mark["end"]
        parts += [Markup("<mark>%s</mark>") % text[mark["start"] : end]]
    return Markup("").join([*parts, escape(text[end:])])
