from __future__ import annotations

import html
import re
from typing import Any

import jwt
import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from flask_frontend.app import create_app
from flask_frontend.settings import Settings


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


def test_the_page_loads_its_bundle_as_a_module(client: FlaskClient) -> None:
    page = html.unescape(client.get("/chat").text)
    scripts = re.findall(r"<script[^>]*>", page)
    assert any("/static/js/voice-agent.js" in tag and 'type="module"' in tag for tag in scripts)
