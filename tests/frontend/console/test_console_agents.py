"""Agents in the console: every field, saving, what is in the way, and what is kept meanwhile."""

from __future__ import annotations

import re

import pytest
from agent_forms import AGENT, OWN, SITE, SignedIn, form_of, post, saved_by
from agents.fields import AgentFields
from config.languages import CODES
from fakes.console import FakeConsole

from flask_frontend.console.fields import LANGUAGES, NAMES, sent, shown


def test_the_form_has_every_field_of_an_agent_and_languages_that_are_known() -> None:
    assert {*NAMES, "tools"} == {"slug", *AgentFields().fields}, "tools have pages of their own"
    assert set(NAMES) == {"slug", *AGENT}
    assert set(LANGUAGES) <= CODES


def test_every_field_comes_back_as_it_was(signed_in: SignedIn, backend: FakeConsole) -> None:
    assert sent(shown(AGENT)) == AGENT
    backend.save("tables", "vera", **AGENT)
    client = signed_in("mara")
    form = form_of(client.get("/console/agents/tables", base_url=SITE))
    answer = post(client, "/console/agents/tables", form)
    assert answer.location == "/console/agents/tables?saved=2"
    assert saved_by(backend) == ('"1"', AGENT)
    assert "Saved as revision 2." in client.get(answer.location, base_url=SITE).text


def test_the_longest_agent_is_saved(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara", name="Ada")
    longest = {**AGENT, "instructions": "\U0001f600" * 16_000}
    form = {**shown(longest).to_dict(flat=False), "revision": "1"}
    assert post(signed_in("mara"), "/console/agents/x", form).status_code == 303
    assert saved_by(backend)[1] == longest
    huge = {**form, "instructions": "\U0001f600" * 48_000}
    assert post(signed_in("mara"), "/console/agents/x", huge).status_code == 413
    assert post(signed_in("mara"), "/console/account", {"old": "x" * 70_000}).status_code == 413


def test_what_is_empty_means_the_default(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara", name="Ada", voice="alloy")
    post(signed_in("mara"), "/console/agents/x", {"revision": "1", "name": "Ada", "voice": " "})
    assert saved_by(backend)[1] == {**dict.fromkeys(AGENT), "name": "Ada"}


@pytest.mark.parametrize(
    ("name", "typed", "goes"),
    [
        ("temperature", "warm", "warm"),
        ("temperature", "nan", "nan"),
        ("speech_rate", "1", 1.0),
        ("idle_seconds", "1.5", "1.5"),
        ("visibility", "all", "all"),
        ("may_be_interrupted", "maybe", "maybe"),
        ("greeting", " Hello.\r\nThere. ", "Hello.\nThere."),
    ],
)
def test_what_is_no_value_goes_as_it_was_typed(
    signed_in: SignedIn, backend: FakeConsole, name: str, typed: str, goes: object
) -> None:
    backend.save("x", "mara")
    post(signed_in("mara"), "/console/agents/x", {"revision": "1", "name": "x", name: typed})
    assert saved_by(backend)[1][name] == goes


def test_a_wrong_field_is_named_and_what_was_typed_is_kept(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("x", "mara")
    errors = {"timezone": ["Use the name of a zone."], "body": ["Too odd."]}
    backend.refuse("PATCH /agents/x", 400, "invalid", errors=errors)
    client = signed_in("mara")
    typed = {"revision": "1", "name": "Ada", "timezone": "Lisbon", "first_speaker": "person"}
    page = post(client, "/console/agents/x", typed)
    assert page.status_code == 400 and "data-unsaved" in page.text
    assert 'id="error-timezone">Use the name of a zone.' in page.text
    assert '<a href="#field-timezone">Time zone</a>' in page.text and "Too odd." in page.text
    form = form_of(page)
    assert form["timezone"] == ["Lisbon"] and form["first_speaker"] == ["person"]
    assert form["revision"] == ["1"]
    german = client.post(
        "/console/agents/x", data=typed, headers={**OWN, "Accept-Language": "de"}, base_url=SITE
    )
    said = 'id="error-timezone"><span lang="en">Use the name of a zone.</span>'
    assert said in german.text, "without a code the backend speaks English alone"


def test_who_saved_meanwhile_is_told_and_a_second_save_is_deliberate(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("x", "mara", **AGENT)
    client = signed_in("mara")
    form = form_of(client.get("/console/agents/x", base_url=SITE))
    backend.save("x", "otto", voice="verse", greeting="Good morning.")
    form["greeting"], form["description"] = ["Hello you."], ["Mine."]
    page = post(client, "/console/agents/x", form)
    assert page.status_code == 412 and len(backend.agents["x"]) == 2
    assert "otto saved revision 2 meanwhile." in page.text
    assert '<a href="#field-voice">Voice</a>' in page.text
    assert page.text.count("otto has changed this too. Here is yours.") == 1
    again = form_of(page)
    assert again["revision"] == ["2"] and again["greeting"] == ["Hello you."]
    assert again["voice"] == ["verse"] and again["description"] == ["Mine."]
    assert post(client, "/console/agents/x", again).location == "/console/agents/x?saved=3"
    now = {**AGENT, "voice": "verse", "greeting": "Hello you.", "description": "Mine."}
    assert saved_by(backend) == ('"2"', now)


def test_what_was_typed_stays_while_the_backend_is_away(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("x", "mara")
    backend.refusals["GET /operators/me"] = (503, "away", {})
    typed = {"revision": "1", "name": "Ada", "greeting": "Typed for long."}
    page = post(signed_in("mara"), "/console/agents/x", typed)
    assert page.status_code == 503 and 'action="/console/agents/x"' in page.text
    assert 'name="greeting" value="Typed for long."' in page.text
    assert "The backend is busy" in page.text


def test_a_new_agent_is_made_with_its_slug(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    assert client.get("/console/agents/new", base_url=SITE).status_code == 200
    answer = post(client, "/console/agents/new", {"slug": " ada ", "name": "Ada"})
    assert answer.location == "/console/agents/ada?saved=1"
    assert backend.agents["ada"][0]["name"] == "Ada"
    backend.refuse("POST /agents", 409, "slug_taken", errors={"slug": ["It is taken."]})
    page = post(client, "/console/agents/new", {"slug": "ada", "name": "Again"})
    assert page.status_code == 409 and 'id="error-slug">It is taken.' in page.text
    assert 'value="ada"' in page.text and 'value="Again"' in page.text


def test_a_viewer_reads_everything_and_changes_nothing(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("x", "mara", **AGENT)
    client = signed_in("vera")
    page = client.get("/console/agents/x", base_url=SITE)
    assert "Be brief" in page.text and "save-bar" not in page.text and "/retire" not in page.text
    assert not re.search(r'<input class="field"(?![^>]* readonly)', page.text)
    for path in ("/console/agents/new", "/console/agents/import"):
        assert client.get(path, base_url=SITE).status_code == 403
    refused = post(client, "/console/agents/x", {"revision": "1", "name": "Mine"})
    assert refused.status_code == 403 and "Your role does not allow this" in refused.text
    for path in ("/console/operators", "/console/audit"):
        assert f'href="{path}"' not in page.text
    assert client.get("/console/operators", base_url=SITE).status_code == 403
    assert len(backend.agents["x"]) == 1


def test_the_list_has_the_agent_of_the_settings_too(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("tables", "otto", name="Table bookings", visibility="link")
    backend.agents["default"] = [{"slug": "default", "revision": 0, "name": "Voice agent"}]
    page = signed_in("mara").get("/console", base_url=SITE).text
    assert 'href="/console/agents/default"' in page and "not saved yet" in page
    assert "Table bookings" in page and "By link" in page and "by otto" in page


def test_an_unknown_agent_is_an_unknown_address(signed_in: SignedIn) -> None:
    for path in ("/console/agents/no", "/console/agents/no/revisions", "/console/nothing"):
        page = signed_in("mara").get(path, base_url=SITE)
        assert page.status_code == 404 and "This is not in the console" in page.text
        assert "Sign out" in page.text, "somebody who has signed in stays in the console"


def test_an_old_revision_is_seen_and_restored(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara", name="First", instructions="Old words.")
    backend.save("x", "otto", name="Second")
    client = signed_in("mara")
    page = client.get("/console/agents/x/revisions", base_url=SITE).text
    assert page.index("Revision 2") < page.index("Revision 1") and "by otto" in page
    assert "Old words." in client.get("/console/agents/x/revisions/1", base_url=SITE).text
    late = post(client, "/console/agents/x/revisions", {"restore": "1", "revision": "1"})
    assert late.location == "/console/agents/x/revisions?overtaken=1"
    assert "nothing was done" in client.get(late.location, base_url=SITE).text
    done = post(client, "/console/agents/x/revisions", {"restore": "1", "revision": "2"})
    assert done.location == "/console/agents/x?saved=3"
    assert backend.agents["x"][-1]["name"] == "First"


def test_retiring_asks_once_and_says_so(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara", name="Ada")
    client = signed_in("mara")
    assert "Retire Ada?" in client.get("/console/agents/x", base_url=SITE).text
    answer = post(client, "/console/agents/x/retire", {"revision": "1"})
    assert answer.location == "/console?done=retired" and backend.agents == {}
    assert "The agent was retired." in client.get(answer.location, base_url=SITE).text


def test_a_provider_that_is_not_installed_is_greyed_and_its_command_told(
    backend: FakeConsole, signed_in: SignedIn
) -> None:
    backend.save("bookings", "mara", name="Bookings")
    page = signed_in("mara").get("/console/agents/bookings", base_url=SITE).text
    assert re.search(r'<option value="elevenlabs" disabled>', page)
    assert not re.search(r'<option value="openai"[^>]* disabled', page)
    assert "make setup EXTRAS=elevenlabs" in page


def test_the_editor_goes_on_while_nobody_tells_the_providers(
    backend: FakeConsole, signed_in: SignedIn
) -> None:
    backend.save("bookings", "mara", name="Bookings")
    backend.refuse("GET /providers", 404, "not_found")
    assert signed_in("mara").get("/console/agents/bookings", base_url=SITE).status_code == 200


@pytest.mark.parametrize(
    ("visibility", "is_there"), [("public", True), ("link", True), ("operators", False)]
)
def test_the_page_of_visitors_is_offered_where_there_is_one(
    signed_in: SignedIn, backend: FakeConsole, visibility: str, is_there: bool
) -> None:
    backend.save("x", "mara", visibility=visibility)
    page = signed_in("mara").get("/console/agents/x", base_url=SITE).text
    assert ('href="/chat/x"' in page) is is_there
