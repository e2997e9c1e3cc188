from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_frontend.app import create_app
from flask_frontend.settings import Settings

SITE = "https://localhost"
OWN = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}


def ask(client: FlaskClient, headers: dict[str, str] | None = None) -> TestResponse:
    return client.post("/visitor-token", base_url=SITE, headers=OWN if headers is None else headers)


def claims(answer: TestResponse, settings: Settings) -> dict[str, Any]:
    assert answer.status_code == 200 and answer.json
    token, secret = answer.json["token"], settings.visitor_secret
    return jwt.decode(token, secret, algorithms=["HS256"], audience="voice-agent")


def test_the_cookie_lasts_400_days_and_stays_with_this_site(client: FlaskClient) -> None:
    cookie = client.get("/history", base_url=SITE).headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    flags = {part.strip().partition("=")[0].lower() for part in rest.split(";")[1:]}
    assert name == "voice_agent_8443"
    assert {"secure", "httponly", "expires"} <= flags
    assert "SameSite=Lax" in cookie and "Domain" not in cookie
    stored = client.get_cookie("voice_agent_8443")
    assert stored and stored.expires
    assert 399.9 < (stored.expires.timestamp() - time.time()) / 86400 < 400.1


def test_the_cookie_is_not_secure_only_in_development(settings: Settings) -> None:
    app = create_app(Settings(**{**settings.__dict__, "debug": True}))
    cookie = app.test_client().get("/history").headers["Set-Cookie"]
    assert "Secure" not in cookie and "HttpOnly" in cookie


def test_two_frontends_behind_one_address_know_the_same_visitor(settings: Settings) -> None:
    here, there = (create_app(replace(settings, port=port)).test_client() for port in (1, 2))
    mine = claims(ask(here), settings)["sub"]
    cookie = here.get_cookie("voice_agent_8443")
    assert cookie
    there.set_cookie("voice_agent_8443", cookie.value, domain="localhost", secure=True)
    assert claims(ask(there), settings)["sub"] == mine


def test_a_visitor_stays_the_same_and_differs_from_others(app: Flask, settings: Settings) -> None:
    here, there = app.test_client(), app.test_client()
    mine = [claims(ask(here), settings)["sub"] for _ in range(2)]
    assert mine[0] == mine[1] != claims(ask(there), settings)["sub"]
    assert len(mine[0]) == 22


def test_a_forged_cookie_makes_a_new_visitor(client: FlaskClient, settings: Settings) -> None:
    before = claims(ask(client), settings)["sub"]
    cookie = client.get_cookie("voice_agent_8443")
    assert cookie
    client.set_cookie("voice_agent_8443", cookie.value[:-4] + "AAAA", domain="localhost")
    assert claims(ask(client), settings)["sub"] != before


def test_the_token_lasts_ten_minutes_and_says_so(client: FlaskClient, settings: Settings) -> None:
    answer = ask(client)
    found = claims(answer, settings)
    assert set(found) == {"sub", "aud", "iat", "exp"}
    assert found["exp"] - found["iat"] == 600
    assert abs(found["iat"] - time.time()) < 30
    assert answer.json and answer.json["expires_at"].endswith("Z")
    assert datetime.fromisoformat(answer.json["expires_at"]).timestamp() == found["exp"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": SITE},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_the_sites_own_pages_get_a_token(client: FlaskClient, headers: dict[str, str]) -> None:
    assert ask(client, headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost:5174"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_anybody_else_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = ask(client, headers)
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"
    assert answer.json and answer.json["code"] == "foreign_origin"
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_other_failures_of_the_token_address_are_problems_too(client: FlaskClient) -> None:
    answer = client.get("/visitor-token")
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert "POST" in answer.headers["Allow"]
