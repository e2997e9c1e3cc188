"""History names the agent of each session, and leads back to it."""

from __future__ import annotations

import pytest
from fakes.backend import FakeBackend
from flask.testing import FlaskClient

ADA = {"slug": "ada", "name": "Ada", "revision": 3}
UNNAMED = {"slug": "default", "name": "", "revision": 0}


def test_a_session_names_its_agent_and_on_its_page_the_revision(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor, agent=ADA)
    assert "<span>With \u2068Ada\u2069</span>" in client.get("/history").text
    assert "<span>With \u2068Ada\u2069, revision 3</span>" in client.get("/history/session-1").text
    file = client.get("/history/session-1.txt").text
    assert file.splitlines()[2] == "With Ada, revision 3"
    kept = client.get("/history/session-1.json").json
    assert kept and kept["agent"] == ADA


@pytest.mark.parametrize("more", [{}, {"agent": UNNAMED}])
def test_of_an_agent_without_a_name_nothing_is_said(
    client: FlaskClient, backend: FakeBackend, visitor: str, more: dict[str, object]
) -> None:
    backend.add("session-1", visitor, **more)
    for address in ("/history", "/history/session-1", "/history/session-1.txt"):
        assert "With " not in client.get(address).text.partition("<body")[2]
    assert "revision" not in client.get("/history/session-1").text.partition("<body")[2]
    assert len(client.get("/history/session-1.txt").text.splitlines()) == 6


def test_going_on_is_with_the_same_agent(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor, agent=ADA)
    backend.add("session-2", visitor, agent=UNNAMED)
    backend.add("session-3", visitor, agent=ADA, state="active")
    backend.add("session-4", visitor, agent=ADA, entries=[])
    pages = {number: client.get(f"/history/session-{number}").text for number in (1, 2, 3, 4)}
    assert 'href="/chat/ada?continues=session-1">Continue talking' in pages[1]
    assert 'href="/chat?continues=session-2">Continue talking' in pages[2]
    assert 'href="/chat/ada">Back to it' in pages[3]
    assert 'href="/chat/ada">Start talking' in pages[4]
    assert 'href="/chat/ada">Back to it' in client.get("/history").text


def test_the_page_goes_on_with_it_or_begins_anew(client: FlaskClient, backend: FakeBackend) -> None:
    backend.agents.append(backend.agents[0] | {"slug": "ada", "name": "Ada"})
    page = client.get("/chat/ada?continues=session-1").text
    assert 'data-continues="session-1"' in page and 'data-agent="ada"' in page
    assert 'href="/chat/ada">Start a new conversation instead' in page


def test_a_name_that_is_markup_is_text(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor, agent=ADA | {"name": "<b>Ada\n</b>"})
    for address in ("/history", "/history/session-1"):
        assert "<b>" not in client.get(address).text
    lines = client.get("/history/session-1.txt").text.splitlines()
    assert lines[2] == "With <b>Ada </b>, revision 3"
