"""Every error has one shape, whatever went wrong and wherever."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.db import InterfaceError, OperationalError

JSON = {"Content-Type": "application/json"}
SESSION = {"room": "kitchen", "identity": "ann"}


def assert_problem(answer: httpx.Response, status: int, code: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(body)
    assert body["status"] == status
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert not code or body["code"] == code
    return body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"room": 5}, "room"),
        ({"room": None}, "room"),
        ({"room": ["kitchen"]}, "room"),
        ({"room": {"a": 1}}, "room"),
        ({"room": True}, "room"),
        ({"room": ""}, "room"),
        ({"room": "   "}, "room"),
        ({"room": "a" * 129}, "room"),
        ({"room": "a/b"}, "room"),
        ({"room": "a~b"}, "room"),
        ({"room": "a\x00b"}, "room"),
        ({"room": "caf\u00e9"}, "room"),
        ({"identity": 1.5}, "identity"),
        ({"identity": "<b>"}, "identity"),
        ({"identity": "agent-1-1"}, "identity"),
        ({"system_prompt": "x" * 8001}, "system_prompt"),
        ({"system_prompt": 7}, "system_prompt"),
        ({"system_prompt": None}, "system_prompt"),
    ],
)
async def test_a_bad_field_is_named(alice: httpx.AsyncClient, change: dict[str, Any], field: str):
    body = assert_problem(await alice.post("/session", json={**SESSION, **change}), 400, "invalid")
    assert list(body["errors"]) == [field]
    assert all(isinstance(sentence, str) for sentence in body["errors"][field])


async def test_the_longest_fields_are_taken(alice: httpx.AsyncClient):
    wanted = {"room": "r" * 128, "identity": "Ann 1._-", "system_prompt": "p" * 8000}
    assert (await alice.post("/session", json=wanted)).status_code == 201


@pytest.mark.parametrize("missing", ["room", "identity"])
async def test_a_missing_field_is_named(alice: httpx.AsyncClient, missing: str):
    wanted = {name: value for name, value in SESSION.items() if name != missing}
    body = assert_problem(await alice.post("/session", json=wanted), 400, "invalid")
    assert list(body["errors"]) == [missing]
    answer = await alice.get("/token", params=wanted)
    assert list(assert_problem(answer, 400, "invalid")["errors"]) == [missing]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"room": NaN, "identity": "ann"}',
        b'{"room": Infinity, "identity": "ann"}',
        b'"text"',
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"room": ' + b"1" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("path", ["/session", "/token"])
async def test_a_body_that_is_no_object_is_a_400(alice: httpx.AsyncClient, path: str, body: bytes):
    assert_problem(await alice.post(path, content=body, headers=JSON), 400)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_another_content_type_is_a_415(alice: httpx.AsyncClient, kind: str):
    answer = await alice.post("/session", content=b"{}", headers={"Content-Type": kind})
    assert_problem(answer, 415, "unsupported_media_type")


async def test_a_huge_body_is_a_413(alice: httpx.AsyncClient):
    body = b'{"room": "' + b"a" * 70_000 + b'"}'
    assert_problem(await alice.post("/session", content=body, headers=JSON), 413, "too_large")


async def test_a_huge_body_without_announced_length_is_a_413(alice: httpx.AsyncClient):
    async def chunks():
        for _ in range(100):
            yield b"a" * 1000

    answer = await alice.post("/session", content=chunks(), headers=JSON)
    assert_problem(answer, 413, "too_large")


async def test_another_method_is_a_405(alice: httpx.AsyncClient):
    answer = await alice.put("/session", json={})
    assert_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/", "/nope", "/session/", "/session/x/y", "/%00"])
async def test_an_unknown_address_is_a_404(alice: httpx.AsyncClient, path: str, settings):
    settings.DEVELOPMENT = True
    assert_problem(await alice.get(path), 404, "not_found")


@pytest.mark.parametrize("debug", [True, False])
async def test_what_nobody_expected_is_a_500_without_its_reason(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, settings, debug: bool
):
    from voice_sessions import queries

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the reason")

    settings.DEVELOPMENT = debug
    monkeypatch.setattr(queries, "history", fail)
    answer = await alice.get("/sessions")
    assert_problem(answer, 500, "internal_error")
    assert "reason" not in answer.text


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
async def test_a_record_that_is_away_is_a_503_that_says_when_to_come_back(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
):
    from voice_sessions.actions import sessions

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise failure("connection to 10.0.0.1 refused")

    monkeypatch.setattr(sessions, "start", fail)
    answer = await alice.post("/session", json=SESSION)
    assert_problem(answer, 503, "record_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "10.0.0.1" not in answer.text


async def test_a_foreign_host_name_is_refused_also_in_development(
    alice: httpx.AsyncClient, settings
):
    settings.DEVELOPMENT = True
    answer = await alice.get("/sessions", headers={"Host": "evil.example"})
    assert_problem(answer, 400, "host_not_allowed")


@pytest.mark.parametrize("given", ["abc", "A.b_c-9", "x" * 64])
async def test_a_well_formed_request_id_is_kept(alice: httpx.AsyncClient, given: str):
    for path in ("/health", "/nope", "/sessions"):
        answer = await alice.get(path, headers={"X-Request-ID": given})
        assert answer.headers.get_list("X-Request-ID") == [given]


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\tb", "<script>"])
async def test_another_request_id_is_replaced(alice: httpx.AsyncClient, given: str):
    answer = await alice.get("/health", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] not in ("", given)


async def test_the_frontends_origin_may_read_answers_and_others_may_not(alice: httpx.AsyncClient):
    ours = await alice.get("/sessions", headers={"Origin": "http://frontend.test"})
    theirs = await alice.get("/sessions", headers={"Origin": "http://evil.example"})
    assert ours.headers["Access-Control-Allow-Origin"] == "http://frontend.test"
    assert "x-request-id" in ours.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in theirs.headers
    asked = {
        "Origin": "http://frontend.test",
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization,content-type,x-request-id",
    }
    preflight = await alice.options("/session/x", headers=asked)
    assert "DELETE" in preflight.headers["Access-Control-Allow-Methods"]
