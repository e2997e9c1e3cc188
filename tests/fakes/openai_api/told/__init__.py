"""What a person hears and sees of each habit, and the table of it in docs/servers.md.

An entry is a reason of `providers.errors`, whose code and sentences the table takes from the
product, or what is heard and what is shown in words. `python -m fakes.openai_api.told` writes the
table anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent_manager.listeners import service_words
from agent_manager.providers.errors import Reason

from ..habits import HABITS
from ..state import Kind
from . import every, llm, stt, tts
from .entries import Entry

TOLD: Mapping[Kind, Mapping[str, Entry]] = {
    "stt": {**every.TOLD, **stt.TOLD},
    "llm": {**every.TOLD, **llm.TOLD},
    "tts": {**every.TOLD, **tts.TOLD},
}
BEGIN, END = "<!-- habits: made by fakes.openai_api.told -->", "<!-- end of habits -->"
HEAD = "| service | habit | heard | shown |\n|---|---|---|---|"


def untold() -> list[str]:
    """Returns the habits of which nobody has said what a person hears and sees."""
    return [
        f"{kind} {name}" for kind, names in HABITS.items() for name in names.keys() - TOLD[kind]
    ]


def table() -> str:
    """Returns a row for each habit; those of which the same is told share one."""
    rows: dict[tuple[Kind, str, str], list[str]] = {}
    for kind, names in HABITS.items():
        for name in sorted(names.keys() & TOLD[kind].keys()):
            rows.setdefault((kind, *_words(kind, TOLD[kind][name])), []).append(f"`{name}`")
    lines = [
        f"| {kind} | {', '.join(names)} | {heard} | {shown} |"
        for (kind, heard, shown), names in rows.items()
    ]
    return "\n".join([HEAD, *lines])


def with_table(page: str) -> str:
    """Returns the page with the table as it is now between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def _words(kind: Kind, entry: Entry) -> tuple[str, str]:
    if isinstance(entry, tuple):
        return entry
    reason: Reason = entry
    heard = service_words.spoken(kind, reason)
    shown = f"`{kind}_{reason}`: “{service_words.read(kind, reason)}”"
    return f"“{heard}”" if heard else "nothing", shown
