"""What every answer tells browsers: nothing is kept, framed or run that is not ours."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

HTTPS = {"X-Forwarded-Proto": "https"}
PROXY = "203.0.113.7"
PERSONAL = [
    ("GET", "/token?room=a&identity=b"),
    ("POST", "/token"),
    ("GET", "/sessions"),
    ("GET", "/session/nope"),
    ("GET", "/transcripts/nope"),
    ("POST", "/session"),
    ("GET", "/nope"),
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/admin/login/"),
    ("GET", "/admin/"),
    ("POST", "/admin/login/"),
]


@pytest.mark.parametrize(("method", "path"), PERSONAL)
async def test_nothing_is_kept_by_browsers_or_proxies(
    alice: httpx.AsyncClient, stranger: httpx.AsyncClient, method: str, path: str
):
    for client in (alice, stranger):
        answer = await client.request(method, path, json={} if method == "POST" else None)
        assert answer.headers.get_list("Cache-Control") == ["no-store"]


async def test_what_the_edge_refuses_is_not_kept_either(alice: httpx.AsyncClient):
    foreign = await alice.get("/sessions", headers={"Host": "evil.example"})
    huge = await alice.post("/session", content=b"a" * 70_000)
    assert (foreign.status_code, huge.status_code) == (400, 413)
    assert foreign.headers["Cache-Control"] == huge.headers["Cache-Control"] == "no-store"


async def test_static_files_may_be_kept(stranger: httpx.AsyncClient):
    answer = await stranger.get("/backend-static/admin/css/base.css")
    assert answer.status_code == 200
    assert "no-store" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/admin/login/", "/schema/docs", "/health", "/nope"])
async def test_pages_run_nothing_that_they_hold(
    staff: httpx.AsyncClient, stranger: httpx.AsyncClient, path: str
):
    for client in (staff, stranger):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy and "style-src 'self';" in policy
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/health", "/nope", "/admin/login/"])
async def test_browsers_are_told_to_come_back_by_https_alone(
    stranger: httpx.AsyncClient, settings: Any, path: str
):
    from ipaddress import ip_network

    settings.TRUSTED_PROXIES = [ip_network(PROXY)]
    over_https = await stranger.get(path, headers=HTTPS)
    assert over_https.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in (await stranger.get(path)).headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "GET", "BREW"])
@pytest.mark.parametrize("path", ["/nope", "/", "/session/", "/.env", "/admin/nope", "/admin"])
async def test_an_unknown_address_answers_every_method_in_json(
    stranger: httpx.AsyncClient, method: str, path: str
):
    answer = await stranger.request(method, path)
    if path.startswith("/admin") and answer.status_code == 302:
        return  # to the sign-in, as every address of the admin
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.status_code == (403 if path.startswith("/admin") else 404)


async def test_a_form_from_elsewhere_is_refused_without_a_page_about_django(
    stranger: httpx.AsyncClient,
):
    answer = await stranger.post("/admin/login/", data={"username": "root", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "CSRF" not in answer.text and "root" not in answer.text
