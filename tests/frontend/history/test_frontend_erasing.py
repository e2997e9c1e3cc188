"""Deleting from the site: asked once, only by its own pages, and told afterwards."""

from __future__ import annotations

import pytest
from fakes.backend import FakeBackend
from flask.testing import FlaskClient
from playwright.sync_api import expect
from support.site import Site

OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "https://localhost"}
FOREIGN = [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]


def ids(backend: FakeBackend) -> list[str]:
    return [each["session_id"] for each in backend.transcripts]


def test_one_session_is_deleted_and_history_says_so(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor)
    backend.add("session-2", visitor)
    answer = client.post("/history/session-1/erase", headers=OWN)
    assert (answer.status_code, answer.location) == (303, "/history?erased=one")
    assert ids(backend) == ["session-2"]
    assert "The session was deleted." in client.get("/history?erased=one").text
    assert client.get("/history/session-1").status_code == 404


def test_all_that_have_ended_are_deleted(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor)
    backend.add("session-2", visitor, state="active")
    backend.add("session-3", "somebody-else")
    assert client.post("/history/erase", headers=OWN).location == "/history?erased=all"
    assert ids(backend) == ["session-2", "session-3"]


def test_what_goes_on_is_not_deleted_and_offers_no_button(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor, state="active")
    assert "/erase" not in client.get("/history/session-1").text
    answer = client.post("/history/session-1/erase", headers=OWN)
    assert answer.status_code == 409
    assert "This session goes on" in answer.text
    assert ids(backend) == ["session-1"]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/history/erase", "/history/session-1/erase"])
def test_another_sites_page_deletes_nothing(
    client: FlaskClient, backend: FakeBackend, visitor: str, path: str, headers: dict[str, str]
) -> None:
    backend.add("session-1", visitor)
    assert client.post(path, headers=headers).status_code == 403
    assert client.get(path).status_code in (404, 405)
    assert ids(backend) == ["session-1"]


def test_a_backend_that_is_away_is_told(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor)
    backend.fail("/transcripts", status=503)
    answer = client.post("/history/session-1/erase", headers=OWN)
    assert answer.status_code == 503
    assert "The backend is busy" in answer.text


@pytest.mark.e2e
def test_a_person_is_asked_once_and_works_by_keyboard(site: Site, backend: FakeBackend) -> None:
    page = site.open("/history")
    backend.add("session-1", site.know(page))
    page.goto(f"{site.address}/history/session-1")
    question = page.get_by_role("dialog", name="Delete this session?")
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(question).to_be_visible()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert ids(backend) == ["session-1"]
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The session was deleted.")
    assert ids(backend) == []
    assert site.complaints == []
