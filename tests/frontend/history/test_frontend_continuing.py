"""From a session's page into another session that goes on with it."""

from __future__ import annotations

import pytest
from fakes.backend import FakeBackend
from flask.testing import FlaskClient
from playwright.sync_api import expect
from support.site import Site


def test_an_ended_session_offers_to_go_on_and_a_live_or_silent_one_does_not(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor)
    backend.add("session-2", visitor, state="active")
    backend.add("session-3", visitor, entries=[])
    assert 'href="/chat?continues=session-1"' in client.get("/history/session-1").text
    for other in ("session-2", "session-3"):
        assert "continues=" not in client.get(f"/history/{other}").text


def test_a_session_says_which_one_it_continues(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-2", visitor, continues="session-1")
    assert 'href="/history/session-1">Continues an earlier one</a>' in (
        client.get("/history/session-2").text
    )


def test_a_session_says_that_its_agent_has_a_summary_of_earlier_ones(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-2", visitor, continues="session-1", summarised=12)
    backend.add("session-3", visitor, continues="session-1", summarised=1, state="active")
    backend.add("session-4", visitor, continues="session-1", summarised=0)
    pages = [client.get(f"/history/session-{number}").text for number in (2, 3, 4)]
    assert "The agent remembered a summary of 12 earlier lines" in pages[0]
    assert "The agent remembers a summary of 1 earlier line<" in pages[1]
    assert "a summary of" not in pages[2]


@pytest.mark.parametrize("nonsense", ['"><script>', "a b", "x" * 33, "../x"])
def test_what_is_no_id_is_a_new_conversation(client: FlaskClient, nonsense: str) -> None:
    page = client.get("/chat", query_string={"continues": nonsense}).text
    assert 'data-continues=""' in page


@pytest.mark.e2e
def test_the_page_says_so_and_offers_a_new_one(site: Site) -> None:
    page = site.open("/chat?continues=session-1")
    expect(page.get_by_role("heading", name="Go on where you stopped")).to_be_visible()
    expect(page.get_by_role("button", name="Go on talking")).to_be_enabled()
    page.get_by_role("link", name="Start a new conversation instead").click()
    expect(page.get_by_role("heading", name="Talk with the agent")).to_be_visible()
    expect(page.get_by_role("button", name="Start talking")).to_be_enabled()
    expect(page.locator("#welcome-instead")).to_be_hidden()
