"""Who may see what: visitor tokens, and one visitor's things hidden from another."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from fakes.visitors import visitor_token

NOW = int(time.time())


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        visitor_token(secret="x" * 40),
        visitor_token(exp=NOW - 1),
        visitor_token(aud="other"),
        visitor_token(aud=None),
        visitor_token(exp=None),
        visitor_token(visitor=""),
        visitor_token(visitor="local"),
        visitor_token(visitor="v" * 65),
        visitor_token(sub=None),
    ],
)
@pytest.mark.parametrize("is_local", [True, False])
async def test_a_bad_token_is_refused(
    stranger: httpx.AsyncClient, token: str, is_local: bool, settings
):
    settings.LOCAL_VISITOR = is_local
    answer = await stranger.get("/sessions", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_an_unsigned_token_is_refused(stranger: httpx.AsyncClient):
    import jwt

    claims = {"sub": "v", "aud": "voice-agent", "iat": NOW, "exp": NOW + 60}
    token = jwt.encode(claims, None, algorithm="none")
    answer = await stranger.get("/sessions", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_another_scheme_is_refused(stranger: httpx.AsyncClient, settings):
    settings.LOCAL_VISITOR = True
    answer = await stranger.get("/sessions", headers={"Authorization": "Basic YTpi"})
    assert answer.status_code == 401


REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/token?room=a&identity=b", None),
    ("POST", "/token", {}),
    ("POST", "/session", {"room": "a", "identity": "b"}),
    ("GET", "/session/x", None),
    ("DELETE", "/session/x", None),
    ("GET", "/transcripts/x", None),
    ("GET", "/sessions", None),
]


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
async def test_without_a_token_nothing_is_answered(
    stranger: httpx.AsyncClient, method: str, path: str, body: Any
):
    assert (await stranger.request(method, path, json=body)).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
async def test_in_development_on_loopback_curl_is_the_visitor_local(
    stranger: httpx.AsyncClient, method: str, path: str, body: Any, settings
):
    settings.LOCAL_VISITOR = True
    answer = await stranger.request(method, path, json=body)
    assert answer.status_code in ((404,) if path.endswith("/x") else (200, 201))


async def test_health_and_ready_are_for_everybody(stranger: httpx.AsyncClient):
    assert (await stranger.get("/health")).status_code == 200
    assert (await stranger.get("/ready")).status_code == 503


async def test_somebody_elses_session_does_not_exist(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
):
    wanted = {"room": "kitchen", "identity": "ann"}
    session_id = (await alice.post("/session", json=wanted)).json()["session_id"]
    for method, path in [
        ("GET", f"/session/{session_id}"),
        ("DELETE", f"/session/{session_id}"),
        ("GET", f"/transcripts/{session_id}"),
    ]:
        assert (await bob.request(method, path)).status_code == 404
    assert (await bob.get("/sessions")).json()["sessions"] == []
    assert (await alice.get(f"/session/{session_id}")).json()["state"] == "starting"
