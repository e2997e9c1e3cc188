"""The words of the audit: each change that the backend notes has some, and nothing else has."""

from __future__ import annotations

import re
from pathlib import Path

from support.processes import ROOT

from flask_frontend.languages.catalogue import find

BACKEND = ROOT / "django_backend"
NOTES = re.compile(r"^from operators\.audit import .*\bnote\b", re.MULTILINE)
ACTION = re.compile(r'"([a-z]+\.[a-z_]+)"')


def noted() -> set[str]:
    """The actions that the backend's source notes."""
    sources = (path.read_text() for path in Path(BACKEND).rglob("*.py"))
    found = {each for text in sources if NOTES.search(text) for each in ACTION.findall(text)}
    return found


def test_every_change_that_is_noted_has_words_of_its_own() -> None:
    words = find("en", "console-audit.actions")
    worded = {f"{noun}.{deed}" for noun, deeds in words.items() for deed in deeds}
    assert worded == noted()
