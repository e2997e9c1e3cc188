"""Webhooks in the console: owners make, change and try them, and see what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape

from fakes.console import FakeConsole
from fakes.hooks.console import SECRET
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SITE = "https://localhost"
PLACE = "/console/webhooks"
SignedIn = Callable[[str], FlaskClient]
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}
NEW = {"name": "crm", "url": "https://crm.example/hook", "events": ["session.ended"]}


def post(client: FlaskClient, path: str, **fields: str | list[str]) -> TestResponse:
    return client.post(path, data=fields, headers=OWN, base_url=SITE)


def read(client: FlaskClient, path: str) -> str:
    return unescape(client.get(path, base_url=SITE).text)


def last_sent(backend: FakeConsole, method: str) -> dict[str, object]:
    return dict(json.loads([each.body for each in backend.asked if each.method == method][-1]))


def test_a_new_webhook_shows_its_secret_once(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    assert "No webhooks yet" in read(client, PLACE)
    page = post(client, f"{PLACE}/new", **NEW, agents="all", enabled="1")
    assert page.status_code == 200 and SECRET in page.text
    assert last_sent(backend, "POST") == {**NEW, "all_agents": True, "enabled": True}
    (hook,) = backend.webhooks.hooks
    assert SECRET not in read(client, f"{PLACE}/{hook}") and "crm" in read(client, PLACE)


def test_what_is_wrong_stands_beside_what_was_typed(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    wrong = {"url": ["Use a whole address."], "events": ["This list may not be empty."]}
    backend.refuse("POST /webhooks", 400, "invalid", errors=wrong)
    page = post(signed_in("mara"), f"{PLACE}/new", name="crm", url="nonsense")
    assert page.status_code == 400
    assert 'value="nonsense"' in page.text and "Use a whole address." in page.text
    assert "This list may not be empty." in page.text and 'value="crm"' in page.text


def test_it_is_changed_and_switched_off(signed_in: SignedIn, backend: FakeConsole) -> None:
    hook, client = backend.webhooks.add("crm"), signed_in("mara")
    place = f"{PLACE}/{hook['id']}"
    answer = post(client, place, url=hook["url"], events=["agent.failed"], agents="named")
    assert answer.location == f"{place}?done=saved"
    assert last_sent(backend, "PATCH") == {
        "url": hook["url"],
        "events": ["agent.failed"],
        "all_agents": False,
        "enabled": False,
    }
    page = read(client, answer.location)
    assert "Saved." in page and "It is switched off" in page
    backend.refuse(f"POST /webhooks/{hook['id']}/test", 409, "webhook_disabled")
    refused = post(client, f"{place}/test")
    assert refused.status_code == 409 and "Switch it on first." in refused.text


def test_a_new_secret_is_shown_this_once(signed_in: SignedIn, backend: FakeConsole) -> None:
    place, client = f"{PLACE}/{backend.webhooks.add('crm')['id']}", signed_in("mara")
    page = post(client, f"{place}/secret")
    assert SECRET in page.text and "the secret before, too, until" in page.text
    assert SECRET not in read(client, place)


def test_what_was_sent_is_told_in_words_and_sent_again(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    place, client = f"{PLACE}/{backend.webhooks.add('crm')['id']}", signed_in("mara")
    assert "Nothing was sent yet" in read(client, place)
    backend.webhooks.deliver("delivered", status=204)
    backend.webhooks.deliver("pending", attempts=3, status=500, reason="status")
    backend.webhooks.deliver("abandoned", reason="private_address", type="agent.failed")
    page = read(client, place)
    for told in ("answer 204", "3 attempts", "not with a status from 200", "next try"):
        assert told in page
    assert "Agent failed" in page and "An owner can allow it" in page and "given up" in page
    assert f'href="/console/sessions/{"s" * 22}"' in page
    again = post(client, f"{place}/deliveries/msg_2")
    assert again.location == f"{place}?done=again"
    assert backend.asked[-1].path.endswith("/deliveries/msg_2")
    tested = post(client, f"{place}/test")
    assert "A test message is on its way." in read(client, tested.location)


def test_it_is_deleted_after_a_question(signed_in: SignedIn, backend: FakeConsole) -> None:
    place, client = f"{PLACE}/{backend.webhooks.add('crm')['id']}", signed_in("mara")
    assert "Delete crm?" in read(client, place)
    answer = post(client, f"{place}/delete")
    assert answer.location == f"{PLACE}?done=deleted" and not backend.webhooks.hooks
    assert "The webhook was deleted." in read(client, answer.location)


def test_they_are_for_owners(signed_in: SignedIn, backend: FakeConsole) -> None:
    hook = backend.webhooks.add("crm")
    client = signed_in("vera")
    for path in (PLACE, f"{PLACE}/new", f"{PLACE}/{hook['id']}"):
        assert client.get(path, base_url=SITE).status_code == 403
    assert "Webhooks" not in read(client, "/console").split("<main")[0]


def test_the_editor_of_an_agent_offers_them(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.webhooks.add("crm")
    backend.webhooks.add("old", disabled="gone", all_agents=True)
    backend.save("tables", "mara", name="Tables", webhooks=["crm", "ghost"])
    client, place = signed_in("mara"), "/console/agents/tables"
    page = read(client, place)
    assert 'value="crm" checked' in page and 'value="old">' in page
    assert "ghost · not set up yet" in page and "old · All agents · off: gone" in page
    post(client, place, revision="1", name="Tables", webhooks=["old", "ghost"])
    assert last_sent(backend, "PATCH")["webhooks"] == ["old", "ghost"]
    post(client, place, revision="2", name="Tables")
    assert last_sent(backend, "PATCH")["webhooks"] is None
    assert 'value="ghost" checked disabled' in read(signed_in("vera"), f"{place}/revisions/1")
