from __future__ import annotations

import html
import re
import threading
import time
from typing import Any

import jwt
import pytest
from fakes.backend import FakeBackend
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from support.limits import in_time

from flask_frontend.app import create_app
from flask_frontend.notice import DemoNotice, notice_text
from flask_frontend.settings import Settings

ALL = ("stt", "llm", "tts")
DEMO = (
    "Demo voice: nothing leaves this computer, and replies are scripted. "
    "Add an OpenAI key to <code>.env</code> for a real one."
)


def given(app: Flask) -> dict[str, Any]:
    """What the view gives to the page's template."""
    seen: list[dict[str, Any]] = []

    def record(_: Flask, template: Any, context: dict[str, Any]) -> None:
        if template.name == "chat.html":
            seen.append(context)

    with template_rendered.connected_to(record, app):
        assert app.test_client().get("/chat").status_code == 200
    return seen[0]


def test_the_bare_address_leads_to_the_page(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/chat")


def test_the_page_is_given_what_it_needs_to_start(app: Flask, settings: Settings) -> None:
    context = given(app)
    secret = settings.visitor_secret
    claims = jwt.decode(context["visitor_token"], secret, ["HS256"], audience="voice-agent")
    assert len(claims["sub"]) == 22
    assert context["visitor_token_expires_in"] == 600
    assert context["backend_url"] == "https://voice.example:8443"


def test_the_page_knows_nothing_of_what_the_operator_wrote(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYSTEM_PROMPT", "You sell tea, and never say why.")
    monkeypatch.setenv("FLASK_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("VISITOR_SECRET", settings.visitor_secret)
    monkeypatch.setenv("BACKEND_URL", settings.backend_url)
    monkeypatch.setenv("DJANGO_ALLOWED_HOSTS", "localhost")
    for allowed in ("true", "false"):
        monkeypatch.setenv("ALLOW_VISITOR_PROMPT", allowed)
        assert "sell tea" not in create_app().test_client().get("/chat").text


@pytest.mark.parametrize("is_allowed", [True, False])
def test_the_page_asks_what_the_agent_should_be_where_that_is_allowed(
    settings: Settings, is_allowed: bool
) -> None:
    app = create_app(Settings(**{**settings.__dict__, "allow_visitor_prompt": is_allowed}))
    field = re.search(r"<textarea([^>]*)>(.*?)</textarea>", app.test_client().get("/chat").text)
    assert bool(field) is is_allowed
    if field:
        assert "placeholder=" in field[1] and not field[2]


def test_the_page_loads_its_bundle_as_a_module(client: FlaskClient) -> None:
    page = html.unescape(client.get("/chat").text)
    scripts = re.findall(r"<script[^>]*>", page)
    assert any("/static/js/voice-agent.js" in tag and 'type="module"' in tag for tag in scripts)


def test_the_demo_is_announced(client: FlaskClient, backend: FakeBackend) -> None:
    backend.offline = ALL
    assert DEMO in client.get("/chat").text


def test_a_real_voice_needs_no_notice(client: FlaskClient) -> None:
    assert 'class="notice"' not in client.get("/chat").text


def test_the_notice_stands_when_the_backend_is_up_but_not_ready(
    client: FlaskClient, backend: FakeBackend
) -> None:
    body = b'{"status": "unavailable", "speech": {"llm": {"status": "ok", "offline": true}}}'
    backend.fail("/ready", status=503, body=body)
    assert "Scripted replies" in client.get("/chat").text


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 500},
        {"status": 404},
        {"body": b"<html>"},
        {"body": b"[]"},
        {"body": b'{"speech": {"llm": null}}'},
        {"hang": True},
    ],
)
def test_the_page_stands_without_the_notice_when_the_backend_fails(
    client: FlaskClient, backend: FakeBackend, failure: dict[str, Any]
) -> None:
    backend.fail("/", **failure)
    began = time.monotonic()
    page = client.get("/chat")
    assert page.status_code == 200
    assert in_time(time.monotonic() - began, 2.5)
    assert 'class="notice"' not in page.text


def test_the_page_stands_when_nothing_listens(client: FlaskClient, backend: FakeBackend) -> None:
    backend._server.server_close()
    assert client.get("/chat").status_code == 200


@pytest.mark.parametrize(
    ("offline", "says", "keeps_quiet_about"),
    [
        ({"llm"}, "Scripted replies", "computer"),
        ({"stt", "tts"}, "replies come from the language model you set", "scripted"),
        ({"stt"}, "speech is recognised on this computer", "scripted"),
        ({"tts"}, "replies are spoken by the small offline voice", "scripted"),
        ({"stt", "llm"}, "replies are scripted", "offline voice"),
        ({"llm", "tts"}, "replies are scripted", "recognised"),
    ],
)
def test_the_notice_is_true_of_a_mixture(
    offline: set[str], says: str, keeps_quiet_about: str
) -> None:
    text = notice_text(frozenset(offline))
    assert text and says in text
    assert keeps_quiet_about not in text and "nothing leaves" not in text


def test_the_backend_is_asked_once_for_many_pages(
    client: FlaskClient, backend: FakeBackend
) -> None:
    for _ in range(5):
        client.get("/chat")
    assert [asked.path for asked in backend.asked] == ["/ready"]


def test_nobody_waits_while_another_asks() -> None:
    asking, go_on = threading.Event(), threading.Event()

    def slow() -> frozenset[str]:
        asking.set()
        assert go_on.wait(timeout=20)
        return frozenset(ALL)

    notice = DemoNotice(slow)
    first = threading.Thread(target=notice.text)
    first.start()
    assert asking.wait(timeout=20)
    assert notice.text() is None
    go_on.set()
    first.join(timeout=20)
    assert "Demo voice" in (notice.text() or "")
