"""What is told of the local voice: which engines run, why no better ones, and what helps."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask_frontend.languages.saying import has, number, say

Told = Mapping[str, Any]
"""What the backend tells at `GET /local-voice`, or one part of it."""

COMPUTER, SERVER = "computer", "server"
"""Where the local voice runs: on the computer of whoever looks at the page, or elsewhere."""
_ENGINES = {
    "moonshine": "Moonshine tiny",
    "pocketsphinx": "pocketsphinx",
    "hibari": "hibari",
    "flite": "flite",
    "espeak": "espeak-ng",
}
_GIGABYTE, _MEGABYTE = 1e9, 1e6
MOVING = ("fetching", "loading")


@dataclass(frozen=True)
class Row:
    """One engine: its name, what it is, why it is no better one, and what would help."""

    name: str
    what: str
    why: str = ""
    helps: str = ""


@dataclass(frozen=True)
class HeadRow(Row):
    """The language model's row; `percent` is how far it is fetched, None where nothing is."""

    percent: int | None = None
    amount: str = ""


def place_of(host: str) -> str:
    """Where the local voice runs, as whoever opened the page at this host sees it."""
    return COMPUTER if is_loopback(urlsplit(f"//{host}").hostname or "") else SERVER


def place_words(place: str) -> str:
    """What a place is called inside a sentence."""
    return say(f"local-voice.notice.places.{place}")


def is_loopback(name: str) -> bool:
    """Whether an address or host name is the computer's own."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def because(code: str) -> str:
    """Why the script replies, as words after a colon; "" for a code that has none."""
    key = f"local-voice.head.{code}.because"
    return say(key) if has(key) else ""


def replies_words(told: Told, is_first: bool) -> str:
    """What History says where the local language changes hands; "" where nothing is to be said."""
    if told.get("by") == "model":
        return "" if is_first else say("local-voice.replies.model_now")
    why = because(str(told.get("reason") or ""))
    if not why:
        return say("local-voice.replies.script")
    return say("local-voice.replies.script_because", because=why)


def speech_row(part: Told | None) -> Row:
    """The row of ears or voice."""
    if not part:
        return Row(say("local-voice.engines.unknown_name"), say("local-voice.engines.unknown"))
    engine = str(part.get("engine"))
    missing = say("local-voice.engines.none_name")
    name = missing if engine == "none" else _ENGINES.get(engine, engine)
    reason = f"local-voice.speech.{part.get('reason')}"
    what = _words(f"local-voice.engines.{engine}")
    return Row(name, what, _words(f"{reason}.because"), _words(f"{reason}.helps"))


def head_row(head: Told | None) -> HeadRow:
    """The language model's row: what replies now, and what is on its way."""
    if not head:
        unknown = say("local-voice.model.unknown")
        return HeadRow(say("local-voice.engines.unknown_name"), unknown)
    if head["state"] == "ready":
        return HeadRow(model_name(head), _ready_words(head))
    helps = say(f"local-voice.head.{_reason_of(head)}.helps")
    percent = head.get("percent") if head["state"] == "fetching" else None
    amount = "" if percent is None else _amount(head)
    name, what = say("local-voice.model.script_name"), say("local-voice.model.script")
    return HeadRow(name, what, _why(head), helps, percent, amount)


def model_name(head: Told) -> str:
    """The model as people read it: a file of one's own keeps its name."""
    model = str(head.get("model") or "")
    if "qwen2.5-coder-1.5b" in model.lower() and not head.get("own_file"):
        return "Qwen2.5-Coder 1.5B"
    return model or say("local-voice.model.nameless")


def tail(told: Told) -> str:
    """What the notice adds after its first sentence; "" where there is nothing to add."""
    if told.get("problem"):
        return say("local-voice.notice.silent")
    parts = [_head_words(told["head"])] if told.get("head") else []
    if other_language(told):
        parts.append(say("local-voice.notice.english"))
    return " · ".join(part for part in parts if part)


def other_language(told: Told) -> str:
    """The code of the language that people are told to speak, where the local voice has not it."""
    code = str(told.get("language") or "")
    is_local = bool({"stt", "llm", "tts"} & set(told.get("offline") or ()))
    return code if is_local and code not in ("", "en") else ""


def _head_words(head: Told) -> str:
    state, percent = head["state"], head.get("percent")
    if state == "fetching" and percent is not None:
        return say("local-voice.notice.fetching_percent", percent=percent)
    is_told = state == "ready" or state in MOVING
    return say(f"local-voice.notice.{state if is_told else 'scripted'}")


def _why(head: Told) -> str:
    """Why the language model does not reply, as a sentence of its own."""
    state = head["state"]
    if state in MOVING and head.get("model"):
        return say(f"local-voice.named.{state}", model=model_name(head))
    why = say(f"local-voice.head.{_reason_of(head)}.because")
    return say("local-voice.sentence", because=why[0].upper() + why[1:])


def _ready_words(head: Told) -> str:
    slots, free = int(head.get("slots") or 0), int(head.get("free_slots") or 0)
    sentences = [
        say("local-voice.model.own_file") if head.get("own_file") else "",
        say("local-voice.model.replies", count=slots),
        "" if free else say("local-voice.model.taken"),
    ]
    return " ".join(filter(None, sentences))


def _reason_of(head: Told) -> str:
    reason = str(head.get("reason") or "")
    return reason if has(f"local-voice.head.{reason}") and reason else str(head["state"])


def _amount(head: Told) -> str:
    fetched, total = _bytes(head["fetched_bytes"]), _bytes(head["total_bytes"])
    return say("local-voice.model.amount", fetched=fetched, total=total)


def _bytes(count: int) -> str:
    if count >= _GIGABYTE:
        return say("units.gigabytes", number=number(count / _GIGABYTE, 1))
    return say("units.megabytes", number=number(count / _MEGABYTE))


def _words(key: str) -> str:
    return say(key) if has(key) else ""
