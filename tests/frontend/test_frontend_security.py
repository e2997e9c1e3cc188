from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_frontend.app import create_app
from flask_frontend.security import content_security_policy
from flask_frontend.services import build_services
from flask_frontend.settings import Settings

ADDRESSES = ["/", "/chat", "/history", "/history/unknown", "/no-such-page", "/visitor-token"]


def policy(settings: Settings) -> dict[str, list[str]]:
    directives = (part.split() for part in content_security_policy(settings).split(";"))
    return {words[0]: words[1:] for words in directives}


@pytest.mark.parametrize("address", [*ADDRESSES, "/static/css/base.css"])
def test_every_answer_is_protected(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "microphone=(self)" in headers["Permissions-Policy"]


def test_the_policy_opens_only_to_the_backend_and_the_media_server(settings: Settings) -> None:
    found = policy(settings)
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == found["form-action"] == ["'self'"]
    assert set(found["connect-src"]) == {
        "'self'",
        "https://voice.example:8443",
        "wss://voice.example:8443",
        "https://media.example",
        "wss://media.example",
    }


def test_the_policy_lets_livekit_cloud_send_the_page_to_a_region(settings: Settings) -> None:
    cloud = {"livekit_public_url": "wss://demo-1.livekit.cloud", "backend_public_url": ""}
    allowed = policy(Settings(**{**settings.__dict__, **cloud}))["connect-src"]
    assert {"wss://*.livekit.cloud", "https://*.livekit.cloud"} <= set(allowed)
    assert "wss://*.livekit.cloud" not in policy(settings)["connect-src"]


@pytest.mark.parametrize("address", ["/chat", "/history", "/history/unknown"])
def test_pages_hold_nothing_that_the_policy_forbids(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r"<script(?![^>]*\s(?:src=|type=\"application/json\"))", page)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)


def test_pages_are_never_stored(client: FlaskClient) -> None:
    for address in ADDRESSES:
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_a_static_file_is_kept_for_good_only_under_its_own_version(client: FlaskClient) -> None:
    found = re.search(r'"(/static/css/base\.css\?v=\w+)"', client.get("/history").text)
    assert found
    hashed = client.get(found[1])
    assert hashed.status_code == 200
    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in hashed.headers
    for other in ("/static/css/base.css", "/static/css/base.css?v=000000000000"):
        assert client.get(other).headers["Cache-Control"] == "no-cache"


def from_proxy(app: Flask, address: str) -> int:
    """The status of a token request that says it was forwarded from https://voice.example."""
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "voice.example"}
    answer = app.test_client().post(
        "/visitor-token",
        headers=headers | {"Origin": "https://voice.example"},
        environ_base={"REMOTE_ADDR": address},
    )
    return answer.status_code


def test_forwarded_headers_count_only_from_trusted_proxies(settings: Settings) -> None:
    networks = {"trusted_proxies": (ip_network("10.1.0.0/16"),)}
    trusting = create_app(Settings(**{**settings.__dict__, **networks}))
    assert from_proxy(trusting, "10.1.2.3") == 200
    assert from_proxy(trusting, "10.2.2.3") == 403
    assert from_proxy(trusting, "not an address") == 403
    assert from_proxy(create_app(settings), "127.0.0.1") == 403


HOSTS = ["localhost", "localhost:5173", "LOCALHOST", "voice.example", "a.talk.example"]
FOREIGN = ["evil.example", "localhost.evil.example", "eviltalk.example", "a@localhost", "", "*"]


def test_only_own_host_names_are_served(settings: Settings) -> None:
    hosts = ("localhost", "voice.example", ".talk.example", "[::1]")
    client = create_app(replace(settings, allowed_hosts=hosts)).test_client()
    for host in [*HOSTS, "[::1]:5173", "talk.example"]:
        assert client.get("/chat", headers={"Host": host}).status_code == 200, host
    for host in FOREIGN:
        for address in ("/chat", "/static/css/base.css", "/no-such-page"):
            answer = client.get(address, headers={"Host": host})
            assert answer.status_code == 400 and "Set-Cookie" not in answer.headers, host
            assert answer.json and answer.json["code"] == "host_not_allowed"


def test_browsers_keep_to_https_outside_development(settings: Settings) -> None:
    told = create_app(settings).test_client().get("/chat").headers["Strict-Transport-Security"]
    assert int(told.removeprefix("max-age=")) >= 31_536_000
    development = create_app(replace(settings, debug=True)).test_client()
    assert "Strict-Transport-Security" not in development.get("/chat").headers


def test_a_proxy_that_is_not_listed_is_told_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    listed = create_app(replace(settings, trusted_proxies=(ip_network("10.1.0.0/16"),)))
    for _ in range(3):
        from_proxy(listed, "10.1.2.3")
    assert "TRUSTED_PROXIES" not in caplog.text
    for _ in range(3):
        from_proxy(listed, "10.9.9.9")
    lines = [line for line in caplog.messages if "TRUSTED_PROXIES" in line]
    assert len(lines) == 1 and "10.9.9.9" in lines[0]


@pytest.mark.parametrize("host", [*FOREIGN, "10.0.0.5:5173", "[fd00::2]"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_probe_is_answered_under_any_name(settings: Settings, method: str, host: str) -> None:
    client = create_app(replace(settings, allowed_hosts=("voice.example",))).test_client()
    answer = client.open("/health", method=method, headers={"Host": host})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_the_policy_lets_a_page_reach_an_ipv6_address(settings: Settings) -> None:
    policy = content_security_policy(
        replace(settings, backend_public_url="http://[::1]:8000", livekit_public_url="wss://[::1]")
    )
    connect = next(part for part in policy.split("; ") if part.startswith("connect-src"))
    assert connect == "connect-src 'self' http://*:8000 ws://*:8000 wss://* https://*"


@pytest.mark.parametrize(
    ("url", "allowed", "asked"),
    [
        ("http://127.0.0.1:8000", ("voice.example",), "voice.example"),
        ("http://[::1]:8000", (".voice.example",), "voice.example"),
        ("http://localhost:8000", ("voice.example",), "voice.example"),
        ("http://127.0.0.1:8000", ("voice.example", "127.0.0.1"), "127.0.0.1:8000"),
        ("http://backend:8000", ("voice.example",), "backend:8000"),
    ],
)
def test_a_backend_at_an_address_is_asked_under_a_name_that_it_serves(
    settings: Settings, url: str, allowed: tuple[str, ...], asked: str
) -> None:
    backend = build_services(replace(settings, backend_url=url, allowed_hosts=allowed)).backend
    assert backend._http.build_request("GET", "/sessions").headers["Host"] == asked
