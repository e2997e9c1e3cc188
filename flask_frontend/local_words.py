"""What is told of the local voice: which engines run, why no better ones, and what helps."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Told = Mapping[str, Any]
"""What the backend tells at `GET /local-voice`, or one part of it."""

_WORDS: dict[str, dict[str, dict[str, str]]] = json.loads(
    Path(__file__).with_name("js").joinpath("words/local-voice.json").read_text(encoding="utf-8")
)
"""The words of each reason code; the page says them too."""
_ENGINES = {
    "moonshine": ("Moonshine tiny", "Understands English as people speak it."),
    "pocketsphinx": ("pocketsphinx", "Understands clear, simple English."),
    "hibari": ("hibari", "A neural voice, distilled from Kokoro-82M."),
    "flite": ("flite", "A plain voice that needs little."),
    "none": ("Missing", "No engine is installed that could do this."),
    "espeak": ("espeak-ng", "A robotic voice that needs little."),
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
    return "this computer" if is_loopback(urlsplit(f"//{host}").hostname or "") else "this server"


def is_loopback(name: str) -> bool:
    """Whether an address or host name is the computer's own."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def because(code: str) -> str:
    """Why the script replies, as a half-sentence; "" for a code that has no words."""
    return _WORDS["head"].get(code, {}).get("because", "")


def replies_words(told: Told, is_first: bool) -> str:
    """What History says where the local language changes hands; "" where nothing is to be said."""
    if told.get("by") == "model":
        return "" if is_first else "From here on the language model replied."
    why = because(str(told.get("reason") or ""))
    return f"Scripted replies in this conversation: {why}." if why else "Scripted replies."


def speech_row(part: Told | None) -> Row:
    """The row of ears or voice."""
    if not part:
        return Row("Not known", "The local voice does not tell which engine runs.")
    engine = str(part.get("engine"))
    name, what = _ENGINES.get(engine, (engine, ""))
    words = _WORDS["speech"].get(str(part.get("reason")), {})
    return Row(name, what, words.get("because", ""), words.get("helps", ""))


def head_row(head: Told | None) -> HeadRow:
    """The language model's row: what replies now, and what is on its way."""
    if not head:
        return HeadRow("Not known", "The local voice does not tell who replies.")
    name = model_name(head)
    if head["state"] == "ready":
        return HeadRow(name, _ready_words(head))
    reason = _reason_of(head)
    words = _WORDS["head"].get(reason, _WORDS["head"][head["state"]])
    what = words["because"]
    if head["state"] in MOVING and head.get("model"):
        what = what.replace("the language model", name)
    why = what[0].upper() + what[1:] + "."
    percent = head.get("percent") if head["state"] == "fetching" else None
    amount = "" if percent is None else _amount(head)
    return HeadRow("A script", _SCRIPT, why, words["helps"], percent, amount)


def model_name(head: Told) -> str:
    """The model as people read it: a file of one's own keeps its name."""
    model = str(head.get("model") or "")
    if "qwen2.5-coder-1.5b" in model.lower() and not head.get("own_file"):
        return "Qwen2.5-Coder 1.5B"
    return model or "A language model"


def tail(told: Told) -> str:
    """What the notice adds after its first sentence; "" where there is nothing to add."""
    if told.get("problem"):
        return "it does not answer right now"
    parts = [_head_words(told["head"])] if told.get("head") else []
    if other_language(told):
        parts.append("it understands English only")
    return " · ".join(part for part in parts if part)


def other_language(told: Told) -> str:
    """The code of the language that people are told to speak, where the local voice has not it."""
    code = str(told.get("language") or "")
    is_local = bool({"stt", "llm", "tts"} & set(told.get("offline") or ()))
    return code if is_local and code not in ("", "en") else ""


def _head_words(head: Told) -> str:
    if head["state"] == "ready":
        return "a language model replies"
    if head["state"] == "fetching":
        percent = "" if head.get("percent") is None else f", {head['percent']} %"
        return f"a language model is being fetched{percent}: until then replies are scripted"
    if head["state"] == "loading":
        return "a language model is being loaded: until then replies are scripted"
    return "replies are scripted"


_SCRIPT = "It repeats what it heard, knows the time and the date, and says that it is a script."


def _ready_words(head: Told) -> str:
    slots, free = int(head.get("slots") or 0), int(head.get("free_slots") or 0)
    places = "one conversation at a time" if slots == 1 else f"{slots} conversations at a time"
    rest = "" if free else " Every place is taken now; another conversation has the script."
    own = "Your own file. " if head.get("own_file") else ""
    return f"{own}It replies in each new conversation, in {places}.{rest}"


def _reason_of(head: Told) -> str:
    reason = str(head.get("reason") or "")
    return reason if reason in _WORDS["head"] else str(head["state"])


def _amount(head: Told) -> str:
    return f"{_bytes(head['fetched_bytes'])} of {_bytes(head['total_bytes'])}"


def _bytes(count: int) -> str:
    if count >= _GIGABYTE:
        return f"{count / _GIGABYTE:.1f} GB"
    return f"{count / _MEGABYTE:.0f} MB"
