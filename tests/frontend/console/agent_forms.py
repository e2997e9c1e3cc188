"""The editor's form as a browser would send it, and what the backend was sent of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from fakes.console import FakeConsole
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SITE = "https://localhost"
SignedIn = Callable[[str], FlaskClient]
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}
AGENT: dict[str, Any] = {
    "name": "Table bookings",
    "description": "Books tables.",
    "instructions": "You take bookings.\n\nToday is {{date}}. <b>Be brief</b> & warm.",
    "variables": [{"name": "guest", "description": "Who", "default": "you"}, {"name": "table"}],
    "first_speaker": "agent",
    "greeting_by": "text",
    "greeting": "Good evening.",
    "language": "en",
    "timezone": "Europe/Lisbon",
    "voice": "alloy",
    "speech_rate": 1.25,
    "services": {
        "llm": {"model": "gpt-4o", "base_url": "https://llm.example/v1"},
        "tts": {
            "provider": "elevenlabs",
            "options": {"stability": 0.4, "emotion": "calm", "caching": True},
            "fallback": {"provider": "openai", "model": "tts-1"},
        },
    },
    "temperature": 0.7,
    "reply_tokens": 0,
    "turn_taking": "patient",
    "may_be_interrupted": False,
    "session_seconds": 86400,
    "idle_seconds": 60,
    "recording": "ask",
    "visibility": "public",
    "embed_sites": ["https://a.example", "https://b.example"],
    "visitor_instructions": True,
    "webhooks": ["crm"],
}


def post(client: FlaskClient, path: str, fields: Any = None) -> TestResponse:
    return client.post(path, data=fields, headers=OWN, base_url=SITE)


class Editor(HTMLParser):
    """Reads what the editor's form would send, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.form: dict[str, list[str]] = {}
        self._name = ""
        self._is_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or self._name, told.get("value") or ""
        self._is_text = tag == "textarea"
        self._name = name if tag in ("select", "textarea") or tag == "option" else ""
        is_chosen = told.get("type") not in ("radio", "checkbox") or "checked" in told
        if (tag == "input" and is_chosen) or (tag == "option" and "selected" in told):
            self.form.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._is_text:
            self.form.setdefault(self._name, []).append(data.removeprefix("\n"))
            self._is_text = False

    def handle_endtag(self, tag: str) -> None:
        self._name = "" if tag == "select" else self._name
        self._is_text = False


def form_of(page: TestResponse) -> dict[str, Any]:
    """What the editor's form would send; a name may be there several times."""
    editor = Editor()
    editor.feed(page.text.partition('id="agent-form"')[2].partition("</form>")[0])
    return editor.form


def saved_by(backend: FakeConsole) -> tuple[str, dict[str, Any]]:
    """The If-Match and the fields of the last save."""
    asked = next(each for each in reversed(backend.asked) if each.method == "PATCH")
    return asked.headers["if-match"], json.loads(asked.body)


def saved_by_file(backend: FakeConsole) -> tuple[str, str]:
    """The If-Match and the file of the last save."""
    asked = next(each for each in reversed(backend.asked) if each.method == "PATCH")
    return asked.headers["if-match"], asked.body
