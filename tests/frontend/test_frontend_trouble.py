from __future__ import annotations

import re
import time
from typing import Any

import pytest
from fakes.backend import FakeBackend
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from support.limits import in_time
from werkzeug.test import TestResponse

from flask_frontend.app import create_app
from flask_frontend.settings import Settings


def is_trouble(page: TestResponse, status: int, headline: str) -> None:
    assert page.status_code == status
    assert page.content_type == "text/html; charset=utf-8"
    assert f"<h1>{headline}</h1>" in page.text
    assert page.headers["X-Request-ID"] in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize("address", ["/history", "/history/session-1", "/history/session-1.txt"])
@pytest.mark.parametrize(
    ("failure", "status", "headline"),
    [
        ({"status": 500}, 502, "The backend has a problem"),
        ({"status": 502}, 502, "The backend has a problem"),
        ({"status": 503}, 503, "The backend is busy"),
        ({"status": 429}, 503, "The backend is busy"),
        ({"status": 302}, 502, "The backend has a problem"),
        ({"body": b"<!doctype html>"}, 502, "The backend has a problem"),
        ({"body": b"[]"}, 502, "The backend has a problem"),
        ({"body": b'{"sessions": 1, "entries": null}'}, 502, "The backend has a problem"),
        ({"body": b'{"sessions": [{}], "entries": [{}]}'}, 502, "The backend has a problem"),
    ],
)
def test_a_failing_backend_is_a_page_with_words(
    client: FlaskClient,
    backend: FakeBackend,
    address: str,
    failure: dict[str, Any],
    status: int,
    headline: str,
) -> None:
    backend.fail("/", **failure)
    page = client.get(address)
    is_trouble(page, status, headline)
    assert 'href="">Try again</a>' in page.text
    assert ("Retry-After" in page.headers) == (status == 503)


def test_a_backend_that_is_not_there(settings: Settings) -> None:
    app = create_app(Settings(**{**settings.__dict__, "backend_url": "http://127.0.0.1:1"}))
    is_trouble(app.test_client().get("/history"), 503, "The backend is not answering")


def test_a_backend_that_hangs_is_given_up_after_three_seconds(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.fail("/sessions", hang=True)
    began = time.monotonic()
    is_trouble(client.get("/history"), 503, "The backend is too slow to answer")
    took = time.monotonic() - began
    assert took > 2.5 and in_time(took, 4.0)


def test_a_refused_token_is_renewed_once(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor)
    backend.fail("/sessions", status=401, times=1)
    assert "session-1" in client.get("/history").text
    backend.fail("/sessions", status=401)
    backend.asked.clear()
    is_trouble(client.get("/history"), 502, "The backend does not know this site")
    assert len(backend.asked) == 2


@pytest.mark.parametrize("address", ["/no-such-page", "/history/a.b", "/static/none.css"])
def test_an_unknown_address_is_a_page_that_leads_on(client: FlaskClient, address: str) -> None:
    page = client.get(address)
    is_trouble(page, 404, "This page is not here")
    assert 'class="button main" href="/' in page.text


def test_no_address_can_send_people_to_another_site(client: FlaskClient) -> None:
    page = client.get("//evil.example/no-such-page")
    assert "evil.example" not in page.text


def test_a_page_that_cannot_be_posted_to(client: FlaskClient) -> None:
    page = client.post("/history")
    is_trouble(page, 405, "This address works differently")
    assert "GET" in page.headers["Allow"]


def test_the_unexpected_is_a_page_for_people_and_a_traceback_in_the_log(app: Flask) -> None:
    app.view_functions["pages.history"] = lambda: 1 // 0
    with capture_logs() as lines:
        page = app.test_client().get("/history", headers={"X-Request-ID": "try-1"})
    is_trouble(page, 500, "Something went wrong here")
    assert "ZeroDivisionError" not in page.text
    failures = [line for line in lines if line["log_level"] == "error"]
    assert ["ZeroDivisionError" in line["exception"] for line in failures] == [True]


@pytest.mark.parametrize("offered", ["abc.DEF_1-2", "a" * 64])
def test_a_well_formed_request_id_goes_through_to_the_backend(
    client: FlaskClient, backend: FakeBackend, offered: str
) -> None:
    page = client.get("/history", headers={"X-Request-ID": offered})
    assert page.headers["X-Request-ID"] == offered
    assert backend.asked[-1].headers["x-request-id"] == offered


@pytest.mark.parametrize("offered", ["", "a" * 65, "a b", "<script>", "é"])
def test_any_other_request_id_is_replaced(
    client: FlaskClient, backend: FakeBackend, offered: str
) -> None:
    page = client.get("/history", headers={"X-Request-ID": offered})
    assert re.fullmatch(r"[0-9a-f]{32}", page.headers["X-Request-ID"])
    assert backend.asked[-1].headers["x-request-id"] == page.headers["X-Request-ID"]


def test_one_line_a_request_without_the_query(client: FlaskClient) -> None:
    with capture_logs() as lines:
        client.get("/history?q=my-secret-search")
    found = [line for line in lines if line["event"] == "request"]
    assert len(found) == 1
    line = found[0]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/history", 200)
    assert line["ms"] > 0
    assert "my-secret-search" not in repr(lines)
