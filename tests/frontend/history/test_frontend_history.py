from __future__ import annotations

import re

import pytest
from fakes.backend import FakeBackend, entry
from flask.testing import FlaskClient

from flask_frontend.languages.catalogue import find

XSS = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def words(html: str) -> str:
    """The page's visible text on one line."""
    body = html.partition("<body")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_history_tells_what_will_be_here_and_how_to_begin(client: FlaskClient) -> None:
    page = client.get("/history")
    assert page.status_code == 200
    assert "Nothing here yet" in page.text
    assert 'href="/chat">Start talking' in page.text
    assert 'name="q"' not in page.text


def test_a_row_says_what_when_how_long_and_how_it_ended(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor)
    page = client.get("/history").text
    assert 'href="/history/session-1">I would like to book a table.</a>' in page
    assert 'datetime="2026-11-20T14:02:11.000Z"' in page
    assert "20 Nov 2026, 14:02 UTC 2 min 14 s You stopped the session" in words(page)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        *((reason, said) for reason, said in find("en", "endings").items() if reason != "sentence"),
        ("a_new_reason", "The session is over"),
    ],
)
def test_every_ending_has_its_words(
    client: FlaskClient, backend: FakeBackend, visitor: str, reason: str, said: str
) -> None:
    backend.add("session-1", visitor, end_reason=reason)
    assert said in words(client.get("/history").text)
    assert said in words(client.get("/history/session-1").text)


@pytest.mark.parametrize("state", ["starting", "active"])
def test_a_live_session_goes_on_now_and_leads_back(
    client: FlaskClient, backend: FakeBackend, visitor: str, state: str
) -> None:
    backend.add("live", visitor, state=state, started_at=None, ended_at=None, end_reason=None)
    for address in ("/history", "/history/live"):
        page = client.get(address).text.partition("<main")[2]
        assert "Going on now" in page
        assert 'href="/chat">Back to it</a>' in page
        assert "The session is over" not in page


def test_a_session_without_words_has_a_title_all_the_same(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("silent", visitor, entries=[])
    assert ">No words from you</a>" in client.get("/history").text
    assert "ended before either of you spoke" in client.get("/history/silent").text


def test_other_visitors_sessions_are_not_here(client: FlaskClient, backend: FakeBackend) -> None:
    backend.add("theirs", "w" * 22)
    assert "Nothing here yet" in client.get("/history").text
    assert client.get("/history/theirs").status_code == 404


def test_search_finds_and_says_when_it_finds_nothing(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("table", visitor)
    tax = [entry(1, "user", "My <tax> & me", "2026-11-20T14:02:17.000Z")]
    backend.add("tax", visitor, entries=tax)
    found = client.get("/history?q=%3CTAX%3E+%26").text
    assert "/history/tax" in found and "/history/table" not in found
    assert 'value="&lt;TAX&gt; &amp;"' in found
    nothing = client.get("/history?q=zebra").text
    assert "Nothing found" in nothing and 'value="zebra"' in nothing
    assert 'href="/history">Show all</a>' in nothing


def test_a_search_shows_the_line_and_leads_to_it(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    said = entry(7, "agent", f"My <tax> & {XSS}", "2026-11-20T14:02:17.000Z", seq=7)
    backend.add("tax", visitor, entries=[said])
    found = client.get("/history?q=%3CTAX%3E+%26").text
    assert 'href="/history/tax#line-7"><span class="by">Agent</span>' in found
    assert "My <mark>&lt;tax&gt; &amp;</mark> &lt;img" in found
    assert "<img" not in found
    assert 'id="line-7"' in client.get("/history/tax").text
    assert "<mark>" not in client.get("/history").text


def test_paging_walks_through_everything_once(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    for number in range(45):
        backend.add(f"session-{number}", visitor)
    address, seen, pages = "/history?q=book", list[str](), 0
    while address:
        page = client.get(address).text
        seen += re.findall(r'href="/history/(session-\d+)"', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else ""
        pages += 1
    assert seen == [f"session-{number}" for number in reversed(range(45))]
    assert pages == 3
    assert 'href="/history?q=book">Newest</a>' in page


def test_a_made_up_place_in_history_is_a_link_that_does_not_work(client: FlaskClient) -> None:
    page = client.get("/history?before=nonsense")
    assert page.status_code == 400
    assert "This link does not work" in page.text
    assert 'href="/history">See your history' in page.text


def test_a_search_is_cut_to_a_sane_length(client: FlaskClient, backend: FakeBackend) -> None:
    assert client.get("/history?q=" + "a" * 5000).status_code == 200
    assert len(backend.asked[-1].query["q"]) == 200


def test_what_people_say_is_never_markup(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    said = [entry(1, "user", XSS, "2026-11-20T14:02:17.000Z")]
    backend.add("evil", visitor, entries=said, room=XSS)
    for address in ("/history", "/history/evil"):
        page = client.get(address).text
        assert "<img" not in page and "<script>alert" not in page
        assert "&lt;img src=x onerror=" in page
