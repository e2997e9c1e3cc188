"""Whom a visitor can talk with: the page of each agent, the choice among them, and no others."""

from __future__ import annotations

import html
import re
import threading
from typing import Any

import pytest
from fakes.backend import FakeBackend, agent
from flask.testing import FlaskClient

from flask_frontend import agents as site_agents
from flask_frontend.app import create_app
from flask_frontend.backend_client import BackendTrouble
from flask_frontend.known import Known
from flask_frontend.settings import Settings

XSS = '<img src=x onerror="alert(1)">'
ADA = agent("ada", name="Ada", description="Books tables.", language="de")
BOB = agent("bob", name="Bob", recording="ask", visitor_instructions=True, language="xx")


def told(page: str) -> dict[str, str]:
    """What the page's script is told: each `data-` of its main part."""
    main = page[page.index("<main") :].partition(">")[0]
    return {
        name: html.unescape(value) for name, value in re.findall(r'data-([\w-]+)="(.*?)"', main)
    }


def links(page: str) -> list[tuple[str, str]]:
    """The agents to choose from: the address and the name of each."""
    return re.findall(r'<a href="(/chat[^"]*)" dir="auto">([^<]*)</a>', page)


def has_box(page: str) -> bool:
    return bool(re.search(r'<textarea[^>]* name="system_prompt"[^>]* placeholder="', page))


def test_alone_the_default_agent_is_offered_as_ever(client: FlaskClient) -> None:
    page = client.get("/chat").text
    assert (told(page)["agent"], told(page)["agent-name"]) == ("default", "")
    assert "Talk with the agent</h2>" in page and "It greets you first." in page
    assert links(page) == [] and "Other agents" not in page.partition("<body")[2]


def test_the_page_of_an_agent_tells_who_it_is_in_text(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.agents.append(ADA | {"name": XSS, "description": f"{XSS} א"})
    page = client.get("/chat/ada").text
    assert told(page)["agent"] == "ada" and told(page)["agent-name"] == XSS
    escaped = html.escape(XSS).replace("&quot;", "&#34;")
    assert f"Talk with \u2068{escaped}\u2069</h2>" in page
    assert f'class="help about" dir="auto">{escaped} א</p>' in page
    assert "<img" not in page and "It greets you first." not in page.partition("<body")[2]


def test_what_a_visitor_may_do_is_the_agents(client: FlaskClient, backend: FakeBackend) -> None:
    backend.agents += [ADA, BOB]
    ada, bob = (client.get(f"/chat/{slug}").text for slug in ("ada", "bob"))
    assert (told(ada)["recording"], told(bob)["recording"]) == ("off", "ask")
    assert (has_box(ada), has_box(bob)) == (False, True)


@pytest.mark.parametrize("says", [True, False])
def test_of_the_default_agent_the_backend_knows_more_than_the_settings(
    settings: Settings, backend: FakeBackend, says: bool
) -> None:
    backend.agents = [agent(visitor_instructions=says, recording="ask" if says else "off")]
    own = {"allow_visitor_prompt": not says, "recording": "off" if says else "ask"}
    page = create_app(Settings(**{**settings.__dict__, **own})).test_client().get("/chat").text
    assert (has_box(page), told(page)["recording"]) == (says, "ask" if says else "off")


FAILURES = [
    {"status": 500},
    {"status": 404},
    {"status": 429},
    {"body": b"<html>"},
    {"body": b"[]"},
    {"body": b'{"agents": [1]}'},
]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("allowed", [True, False])
def test_without_the_backend_the_settings_stand_in_for_the_default_agent_alone(
    settings: Settings, backend: FakeBackend, failure: dict[str, Any], allowed: bool
) -> None:
    backend.agents.append(ADA)
    backend.fail("/agents", **failure)
    own = {"allow_visitor_prompt": allowed, "recording": "ask" if allowed else "off"}
    client = create_app(Settings(**{**settings.__dict__, **own})).test_client()
    page = client.get("/chat")
    assert page.status_code == 200
    assert (has_box(page.text), told(page.text)["recording"]) == (allowed, own["recording"])
    other = client.get("/chat/ada")
    assert other.status_code in (502, 503)
    assert 'href="">Try again</a>' in other.text and other.headers["X-Request-ID"] in other.text


def test_what_was_known_counts_while_the_backend_is_away(
    client: FlaskClient, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_agents, "FRESH_SECONDS", 0.0)
    backend.agents.append(ADA)
    assert client.get("/chat/ada").status_code == 200
    backend.fail("/", status=503)
    page = client.get("/chat/ada")
    assert page.status_code == 200 and "Books tables." in page.text


@pytest.mark.parametrize("slug", ["nobody", "secret", "retired", "a" * 65])
def test_who_is_not_open_to_visitors_is_not_here(
    client: FlaskClient, backend: FakeBackend, slug: str
) -> None:
    backend.agents.append(agent("secret", name="Secret", visibility="operators"))
    page = client.get(f"/chat/{slug}")
    assert page.status_code == 404
    assert "<h1>This agent is not here</h1>" in page.text
    assert 'href="/chat">Go to Talk</a>' in page.text and "Secret" not in page.text
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("slug", ["A", "a--b", "-a", "a_b", "ada/", "a.b", "%2e%2e"])
def test_what_is_no_slug_never_reaches_the_backend(
    client: FlaskClient, backend: FakeBackend, slug: str
) -> None:
    assert client.get(f"/chat/{slug}").status_code == 404
    assert backend.asked == []


def test_every_talk_page_leads_to_the_other_public_agents(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.agents += [ADA, BOB, agent("secret", visibility="operators")]
    backend.agents.append(agent("guest", name="Guest", visibility="link"))
    page = client.get("/chat").text
    assert links(page) == [("/chat/ada", "Ada"), ("/chat/bob", "Bob")]
    assert '<p dir="auto">Books tables.</p>' in page and "Speaks German" in page
    assert page.count("Speaks ") == 1 + page.partition("<body")[0].count("Speaks ")
    others = [("/chat", "The usual agent"), ("/chat/bob", "Bob")]
    assert links(client.get("/chat/ada").text) == others
    by_link = client.get("/chat/guest")
    assert by_link.status_code == 200 and links(by_link.text) == []


def test_where_the_default_agent_is_closed_one_chooses(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.agents = [agent(visibility="operators"), ADA]
    page = client.get("/chat")
    assert page.status_code == 200 and links(page.text) == [("/chat/ada", "Ada")]
    assert "<h1>Whom would you like to talk with?</h1>" in page.text


def test_where_nobody_is_open_the_page_says_so(client: FlaskClient, backend: FakeBackend) -> None:
    backend.agents = [agent(visibility="operators")]
    page = client.get("/chat")
    assert page.status_code == 404 and "This agent is not here" in page.text
    assert 'href="/history">See your history</a>' in page.text


def test_each_agent_is_asked_for_once_for_many_pages(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.agents.append(ADA)
    for _ in range(3):
        client.get("/chat/ada")
        client.get("/chat/nobody")
    asked = sorted(asked.path for asked in backend.asked if asked.path.startswith("/agents"))
    assert asked == ["/agents", "/agents/ada", "/agents/nobody"]


def test_no_more_agents_are_remembered_than_so_many(
    client: FlaskClient, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_agents, "MOST_KNOWN", 2)
    for slug in ("a", "b", "c", "c", "a"):
        client.get(f"/chat/{slug}")
    assert [asked.path[-1] for asked in backend.asked] == ["a", "b", "c", "a"]


def test_who_asks_first_together_waits_for_one_answer() -> None:
    asking, go_on, asked = threading.Event(), threading.Event(), list[int]()

    def slow() -> str:
        asked.append(1)
        asking.set()
        assert go_on.wait(timeout=20)
        return "Ada"

    known, told_ = Known(slow, seconds=60), list[str]()
    threads = [threading.Thread(target=lambda: told_.append(known.get())) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert asking.wait(timeout=20) and told_ == []
    go_on.set()
    for thread in threads:
        thread.join(timeout=20)
    assert (told_, len(asked)) == (["Ada"] * 3, 1)


def test_nobody_waits_for_news_of_what_is_known() -> None:
    asking, go_on, answers = threading.Event(), threading.Event(), ["old", "new"]

    def slow() -> str:
        if len(answers) == 1:
            asking.set()
            assert go_on.wait(timeout=20)
        return answers.pop(0)

    known = Known(slow, seconds=0)
    assert known.get() == "old"
    first = threading.Thread(target=known.get)
    first.start()
    assert asking.wait(timeout=20)
    assert known.get() == "old"
    go_on.set()
    first.join(timeout=20)
    assert known._told == ("new",)


def test_what_never_came_is_a_trouble_and_is_asked_for_again() -> None:
    answers: list[str] = []

    def ask() -> str:
        if not answers:
            raise BackendTrouble(503, "away", "GET /agents")
        return answers[0]

    known = Known(ask, seconds=0)
    with pytest.raises(BackendTrouble):
        known.get()
    answers.append("Ada")
    assert known.get() == "Ada"
    answers.clear()
    assert known.get() == "Ada"
