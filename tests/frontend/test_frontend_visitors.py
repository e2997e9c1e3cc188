from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_frontend.app import create_app
from flask_frontend.settings import Settings

SITE = "https://localhost"
VISITOR = "f" * 22
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
    assert name == "__Host-voice_agent_8443"
    assert {"secure", "httponly", "expires"} <= flags
    assert "Path=/;" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie
    stored = client.get_cookie("__Host-voice_agent_8443")
    assert stored and stored.expires
    assert 399.9 < (stored.expires.timestamp() - time.time()) / 86400 < 400.1


def test_the_cookie_is_not_secure_only_in_development(settings: Settings) -> None:
    app = create_app(Settings(**{**settings.__dict__, "debug": True}))
    cookie = app.test_client().get("/history").headers["Set-Cookie"]
    assert "Secure" not in cookie and "HttpOnly" in cookie


def test_two_frontends_behind_one_address_know_the_same_visitor(settings: Settings) -> None:
    here, there = (create_app(replace(settings, port=port)).test_client() for port in (1, 2))
    mine = claims(ask(here), settings)["sub"]
    cookie = here.get_cookie("__Host-voice_agent_8443")
    assert cookie
    there.set_cookie("__Host-voice_agent_8443", cookie.value, domain="localhost", secure=True)
    assert claims(ask(there), settings)["sub"] == mine


def test_a_visitor_stays_the_same_and_differs_from_others(app: Flask, settings: Settings) -> None:
    here, there = app.test_client(), app.test_client()
    mine = [claims(ask(here), settings)["sub"] for _ in range(2)]
    assert mine[0] == mine[1] != claims(ask(there), settings)["sub"]
    assert len(mine[0]) == 22


def former_cookie(app: Flask, visitor: str) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return str(serializer.dumps({"visitor": visitor, "_permanent": True}))


def test_who_has_the_cookie_of_before_stays_the_same_visitor(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    client.set_cookie("voice_agent_8443", former_cookie(app, VISITOR), domain="localhost")
    assert claims(ask(client), settings)["sub"] == VISITOR
    assert client.get_cookie("voice_agent_8443") is None
    assert claims(ask(client), settings)["sub"] == VISITOR


def test_a_cookie_of_before_neither_replaces_nor_is_forged(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    client.set_cookie("voice_agent_8443", former_cookie(app, VISITOR)[:-4], domain="localhost")
    mine = claims(ask(client), settings)["sub"]
    assert mine != VISITOR and client.get_cookie("voice_agent_8443") is None
    client.set_cookie("voice_agent_8443", former_cookie(app, VISITOR), domain="localhost")
    assert claims(ask(client), settings)["sub"] == mine
    assert client.get_cookie("voice_agent_8443") is None


def from_address(app: Flask, address: str, forwarded_for: str = "") -> TestResponse:
    """A first visit of somebody without a cookie."""
    headers = OWN | ({"X-Forwarded-For": forwarded_for} if forwarded_for else {})
    stranger = app.test_client()
    place = {"REMOTE_ADDR": address}
    return stranger.post("/visitor-token", base_url=SITE, headers=headers, environ_base=place)


def test_one_address_brings_few_new_visitors_a_minute(settings: Settings) -> None:
    app = create_app(replace(settings, new_visitors_per_minute=3))
    known = app.test_client()
    place = {"REMOTE_ADDR": "203.0.113.9"}
    known.post("/visitor-token", base_url=SITE, headers=OWN, environ_base=place)
    statuses = [from_address(app, "203.0.113.9").status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    refused = from_address(app, "203.0.113.9")
    assert 0 < int(refused.headers["Retry-After"]) <= 60 and "Set-Cookie" not in refused.headers
    again = known.post("/visitor-token", base_url=SITE, headers=OWN, environ_base=place)
    assert again.status_code == 200
    assert from_address(app, "203.0.113.10").status_code == 200
    ipv6 = [from_address(app, f"2001:db8::{n}").status_code for n in range(1, 6)]
    assert ipv6 == [200, 200, 200, 429, 429]


def test_visitors_behind_a_listed_proxy_count_for_their_own_address(settings: Settings) -> None:
    proxies = (ip_network("10.1.0.0/16"),)
    app = create_app(replace(settings, new_visitors_per_minute=1, trusted_proxies=proxies))
    assert {from_address(app, "10.1.0.1").status_code for _ in range(5)} == {200}
    hops = ["203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.3, 203.0.113.2, 10.1.0.9"]
    assert [from_address(app, "10.1.0.1", hop).status_code for hop in hops] == [200, 429, 200, 429]


def test_a_forged_cookie_makes_a_new_visitor(client: FlaskClient, settings: Settings) -> None:
    before = claims(ask(client), settings)["sub"]
    cookie = client.get_cookie("__Host-voice_agent_8443")
    assert cookie
    client.set_cookie("__Host-voice_agent_8443", cookie.value[:-4] + "AAAA", domain="localhost")
    assert claims(ask(client), settings)["sub"] != before


def test_the_token_lasts_ten_minutes_and_says_so(client: FlaskClient, settings: Settings) -> None:
    answer = ask(client)
    found = claims(answer, settings)
    assert set(found) == {"sub", "aud", "iat", "exp"}
    assert found["exp"] - found["iat"] == 600
    assert abs(found["iat"] - time.time()) < 30
    assert answer.json and answer.json["expires_at"].endswith("Z")
    assert datetime.fromisoformat(answer.json["expires_at"]).timestamp() == found["exp"]
    assert answer.json["expires_in"] == found["exp"] - found["iat"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": SITE},
        {"Origin": SITE, "Sec-Fetch-Site": "same-origin"},
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
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
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
