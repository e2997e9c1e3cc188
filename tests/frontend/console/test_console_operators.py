"""Operators and the audit, for owners."""

from __future__ import annotations

import re
from collections.abc import Callable

from fakes.console import AT, LINK, FakeConsole
from flask.testing import FlaskClient
from support.processes import ROOT
from werkzeug.test import TestResponse

from flask_frontend.languages.catalogue import find

SITE = "https://localhost"
SignedIn = Callable[[str], FlaskClient]
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return client.post(path, data=fields, headers=OWN, base_url=SITE)


def test_a_link_is_shown_once_with_the_sites_own_address(signed_in: SignedIn) -> None:
    client = signed_in("mara")
    page = post(client, "/console/operators", role="editor")
    assert f"{SITE}/console/join#{LINK}" in page.text and "(Editor)" in page.text
    assert LINK not in client.get("/console/operators", base_url=SITE).text


def test_a_role_is_changed_and_an_operator_removed(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    answer = post(client, "/console/operators/id-vera", role="editor")
    assert answer.location == "/console/operators?done=changed"
    assert backend.roles["vera"] == "editor"
    page = client.get(answer.location, base_url=SITE).text
    assert "The role was changed." in page and "Remove vera?" in page
    assert post(client, "/console/operators/id-vera/remove").status_code == 303
    assert "vera" not in backend.roles


def test_the_last_owner_stays_one(signed_in: SignedIn, backend: FakeConsole) -> None:
    for method in ("PATCH", "DELETE"):
        backend.refuse(f"{method} /operators/id-mara", 409, "last_owner")
    client = signed_in("mara")
    for path in ("/console/operators/id-mara", "/console/operators/id-mara/remove"):
        page = post(client, path, role="viewer")
        assert page.status_code == 409 and "Somebody has to stay an owner." in page.text


def test_who_is_no_owner_any_more_is_led_to_the_agents(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.roles["otto"] = "owner"
    answer = post(signed_in("otto"), "/console/operators/id-otto", role="viewer")
    assert answer.location == "/console?done=changed"
    assert signed_in("otto").get(answer.location, base_url=SITE).status_code == 200


def test_the_audit_says_who_did_what(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.entries = [
        entry("agent.saved", "tables", revision=7),
        entry("operator.role_changed", "vera", role="editor"),
        entry("tool.tried", "<b>ci</b>"),
    ]
    page = signed_in("mara").get("/console/audit", base_url=SITE).text
    assert "<strong>otto</strong> saved the agent tables as revision 7" in page
    assert "gave vera another role (Editor)" in page
    assert "tool.tried &lt;b&gt;ci&lt;/b&gt;" in page


def entry(action: str, subject: str, **facts: object) -> dict[str, object]:
    return {"at": AT, "by": "otto", "action": action, "subject": subject, "facts": facts}


NOTED = re.compile(r"(?:\bnote\(|\baction = )(.*?)\n(?! {8,})", re.DOTALL)
"""A call that notes something in the audit, or what it notes."""


def test_all_that_the_backend_notes_has_words() -> None:
    sources = [path.read_text() for path in (ROOT / "django_backend").rglob("*.py")]
    calls = [call for text in sources if "operators.audit" in text for call in NOTED.findall(text)]
    noted = {action for call in calls for action in re.findall(r'"([a-z]+\.[a-z_]+)"', call)}
    assert len(noted) > 20 and {"agent.saved", "secret.removed"} <= noted
    assert [action for action in noted if not find("en", f"console-audit.actions.{action}")] == []


def test_the_audit_names_programs_and_commands(signed_in: SignedIn, backend: FakeConsole) -> None:
    for by in ("command line", "key Shop"):
        backend.entries.append({"by": by, "action": "agent.saved", "subject": "x", "at": AT})
    page = signed_in("mara").get("/console/audit", base_url=SITE, headers={"Accept-Language": "de"})
    assert "<strong>Befehlszeile</strong>" in page.text
    assert "<strong>Programm Shop</strong>" in page.text
