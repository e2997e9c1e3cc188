"""docs/socket.md says what the code declares: reasons, codes and events."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from agent_manager.providers.errors import Reason
from channels_app import handshake
from config.services import KINDS
from support.processes import ROOT
from voice_sessions import events
from voice_sessions.actions import generations
from voice_sessions.endings import EndReason

PAGE = (ROOT / "docs/socket.md").read_text(encoding="utf-8")
AGENTS = ROOT / "django_backend/agent_manager"
SOCKET = (ROOT / "flask_frontend/js/links/socket.js").read_text(encoding="utf-8")


def words_after(start: str, end: str) -> set[str]:
    """The words in backticks between two texts of the page."""
    return set(re.findall(r"`([a-z_]+)`", PAGE.split(start)[1].split(end)[0]))


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its own headings."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def close_codes(what: str = "") -> set[int]:
    """The close codes of the page, or those on which a page does this."""
    found = [codes for codes, _meaning, does in rows("Close codes") if does.startswith(what)]
    return {int(code) for codes in found for code in codes.split(",")}


def test_end_reasons() -> None:
    assert words_after("End reasons:", ".") == set(EndReason.values)


def test_close_codes_of_ours() -> None:
    ours = {code for name, code in vars(handshake).items() if name.startswith("CLOSE_")}
    assert ours <= close_codes()
    assert {code for code in close_codes() if code >= 4000} == {c for c in ours if c >= 4000}


def test_close_codes_on_which_the_page_reconnects() -> None:
    retried = re.search(r"RETRIED = new Set\(\[([\d, ]+)\]\)", SOCKET)
    assert retried and close_codes("reconnects") == {int(c) for c in retried[1].split(",")}


@pytest.mark.parametrize("schema", events.SOCKET_MESSAGES.json_schema()["$defs"].values())
def test_every_message_has_a_row_with_its_keys(schema: dict[str, Any]) -> None:
    cells = [message.replace("\\|", "|") for message, _meaning in rows("From the server")]
    tell = schema["properties"].get("event") or schema["properties"]["final"]
    for value in tell.get("enum", [tell.get("const")]):
        name = f'"{value}"' if isinstance(value, str) else f'"final": {str(value).lower()}'
        (cell,) = [cell for cell in cells if name in cell]
        keys = set(re.findall(r'"([a-z_]+)"\??', re.sub(r': "[^,}]*', "", cell)))
        assert keys == set(schema["properties"])


def test_error_codes() -> None:
    said = words_after("Error codes:", "## ")
    assert {word for word in said if word.startswith("_")} == {f"_{kind}" for kind in kinds()}
    assert {word for word in said if not word.startswith("_")} == {*KINDS, *single_codes()}


def test_codes_of_lost_agents() -> None:
    section = PAGE.split("### When the agent is lost")[1].split("\n## ")[0]
    said = re.findall(r"^- `([a-z_]+)`, (not fatal|fatal)", section, flags=re.MULTILINE)
    recovery = (AGENTS / "supervision/recovery.py").read_text(encoding="utf-8")
    fatal = set(re.findall(r'_fail\(session, "([a-z_]+)"', recovery))
    assert dict(said) == {**dict.fromkeys(fatal, "fatal"), generations.AGENT_LOST.code: "not fatal"}


def kinds() -> set[str]:
    """The second half of a failing server's codes."""
    return set(get_args(Reason))


def single_codes() -> set[str]:
    """The codes that the agent's modules write out."""
    sources = [path.read_text(encoding="utf-8") for path in AGENTS.rglob("*.py")]
    found = re.findall(r'\bcode="([a-z_]+)"|\.generation, "([a-z_]+)"', "\n".join(sources))
    return {first or second for first, second in found}
