"""Keys and hosts, for owners: stored, tried, shown once, and never again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from fakes.console import SECRET, FakeConsole
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SITE = "https://localhost"
SignedIn = Callable[[str], FlaskClient]
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}
KEY = "sk-canary-of-a-page-WXYZ"
URL = "https://api.openai.com/v1"
NEW = {"name": "Our OpenAI", "provider": "openai", "base_url": URL, "key": KEY}


def post(client: FlaskClient, path: str, **fields: str | list[str]) -> TestResponse:
    return client.post(path, data=fields, headers=OWN, base_url=SITE)


def test_a_key_is_stored_and_never_on_a_page(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    answer = post(client, "/console/credentials", **NEW)
    assert answer.location == "/console/credentials?done=entered"
    assert json.loads(backend.asked[-1].body) == NEW
    page = client.get(answer.location, base_url=SITE)
    assert "The key is stored." in page.text and "ends in …WXYZ" in page.text
    assert page.headers["Cache-Control"] == "no-store" and KEY not in page.text
    anew = post(client, "/console/credentials/id-0/anew", key="sk-other-key-QRST")
    assert "…QRST" in client.get(anew.location, base_url=SITE).text


def test_what_is_wrong_is_told_beside_what_was_typed_without_the_key(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    backend.refuse("POST /credentials", 400, "invalid", errors={"key": ["No blanks."]})
    page = post(client, "/console/credentials", **NEW)
    assert page.status_code == 400 and "No blanks." in page.text
    assert 'value="Our OpenAI"' in page.text and KEY not in page.text
    backend.refuse("POST /credentials", 409, "no_credentials_key")
    page = post(client, "/console/credentials", **NEW)
    assert page.status_code == 409 and "CREDENTIALS_KEY is not set" in page.text


def test_a_test_says_how_it_went(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    post(client, "/console/credentials", **NEW)
    page = post(client, "/console/credentials/id-0/test")
    assert page.status_code == 200 and "The server took the key (12 ms)." in page.text
    back = 'name="back" value="/console/credentials"'
    assert back in page.text, "another language leads to the page of the keys again"
    bad = {"ok": False, "milliseconds": 9, "reason": "private", "problem": "In English."}
    backend.refuse("POST /credentials/id-0/test", 200, "", **bad)
    page = post(client, "/console/credentials/id-0/test")
    assert "The server is at a private address that is not allowed." in page.text


def test_a_key_in_use_stays_and_the_page_says_by_whom(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    post(client, "/console/credentials", **NEW)
    path, errors = "DELETE /credentials/id-0", {"agents": ["bistro", "hotel"]}
    backend.refuse(path, 409, "credential_in_use", errors=errors)
    page = post(client, "/console/credentials/id-0/delete")
    assert page.status_code == 409 and "Agents use this key: bistro, hotel." in page.text
    backend.refusals.clear()
    assert post(client, "/console/credentials/id-0/delete").location.endswith("done=deleted")
    assert backend.secrets["credentials"] == {}


def test_a_programs_key_is_shown_on_one_answer_alone(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    made = post(client, "/console/keys", name="Shop", scopes=["sessions", "read"], days="90")
    assert made.status_code == 201 and SECRET in made.text and made.location is None
    assert made.headers["Cache-Control"] == "no-store"
    sent = json.loads(next(each.body for each in backend.asked if each.method == "POST"))
    assert sent == {"name": "Shop", "scopes": ["sessions", "read"], "days": 90}
    assert SECRET not in client.get("/console/keys", base_url=SITE).text
    assert post(client, "/console/keys/id-0/revoke").location == "/console/keys?revoked=1"
    assert backend.secrets["api-keys"] == {}


def test_hosts_are_allowed_and_removed(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    answer = post(client, "/console/hosts", host="tools.lan", port="8080")
    page = client.get(answer.location, base_url=SITE).text
    assert "tools.lan:8080" in page and "The host is allowed." in page
    post(client, "/console/hosts", host="other.lan", port="")
    assert json.loads(backend.asked[-1].body) == {"host": "other.lan", "port": 0}
    backend.refuse("POST /allowed-hosts", 409, "host_allowed", errors={"host": ["Already."]})
    page = post(client, "/console/hosts", host="tools.lan", port="8080").text
    assert "This host is allowed already." in page
    assert post(client, "/console/hosts/id-0/remove").location.endswith("done=removed")


@pytest.mark.parametrize("path", ["/console/credentials", "/console/hosts", "/console/keys"])
def test_they_are_owners_alone(signed_in: SignedIn, backend: FakeConsole, path: str) -> None:
    backend.roles["edda"] = "editor"
    assert f'href="{path}"' in signed_in("mara").get("/console", base_url=SITE).text
    for name in ("vera", "edda"):
        client = signed_in(name)
        assert f'href="{path}"' not in client.get("/console", base_url=SITE).text
        assert post(client, path, **NEW).status_code == 403
        assert client.get(path, base_url=SITE).status_code == 403


def test_an_editor_chooses_a_key_for_a_stage(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.roles["edda"] = "editor"
    post(signed_in("mara"), "/console/credentials", **NEW)
    chosen = {"llm": {"credential": "id-0", "base_url": "https://api.openai.com/v1"}}
    backend.save("tables", "mara", name="Tables", services=chosen)
    page = signed_in("edda").get("/console/agents/tables", base_url=SITE).text
    assert '<option value="id-0" selected>Our OpenAI' in page
    fields = {"revision": "1", "name": "Tables", "services.tts.credential": "id-0"}
    post(signed_in("edda"), "/console/agents/tables", **fields)
    assert json.loads(backend.asked[-1].body)["services"] == {"tts": {"credential": "id-0"}}
    page = signed_in("vera").get("/console/agents/tables", base_url=SITE).text
    assert "Our OpenAI" not in page and "A stored key" in page
