"""What the backend finds wrong is said in the page's language, beside what was typed."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fakes.console import FakeConsole, wrong
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_frontend.languages.catalogue import LOCALES, text

SITE = "https://localhost"
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}
SignedIn = Callable[[str], FlaskClient]


def post(client: FlaskClient, path: str, language: str = "de", **fields: Any) -> TestResponse:
    headers = {**OWN, "Accept-Language": language}
    return client.post(path, data=fields, headers=headers, base_url=SITE)


@pytest.mark.parametrize("language", LOCALES)
def test_a_wrong_field_is_told_in_the_language_of_the_page(
    signed_in: SignedIn, backend: FakeConsole, language: str
) -> None:
    backend.save("x", "mara")
    fault = wrong("#/greeting", "max_length", "Keep it short.", limit=1000)
    errors = {"greeting": ["Keep it short."]}
    backend.refuse("PATCH /agents/x", 400, "invalid", errors=errors, faults=[fault])
    page = unescape(post(signed_in("mara"), "/console/agents/x", language, name="Ada").text)
    said = text(language, "console-faults.codes.max_length", limit=1000)
    assert f'id="error-greeting">{said}</p>' in page and "Keep it short." not in page
    label = text(language, "console-fields.greeting.name")
    assert f'<a href="#field-greeting">{label}</a>' in page


def test_a_fault_without_words_is_told_in_the_backends_own(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("x", "mara")
    faults = [wrong("#/voice", "brand_new", "Use <another> voice.")]
    backend.refuse("PATCH /agents/x", 400, "invalid", faults=faults)
    page = post(signed_in("mara"), "/console/agents/x", name="Ada").text
    assert 'id="error-voice"><span lang="en">Use &lt;another&gt; voice.</span></p>' in page


def test_what_is_wrong_within_a_field_is_found_and_marked(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("x", "mara")
    faults = [
        wrong("#/services/llm/fallback/base_url", "needs_address", provider="Azure OpenAI"),
        wrong("#/services/tts/options/stability", "not_within", least=0.0, most=0.5),
        wrong("#/variables/1/name", "variable_name"),
    ]
    backend.refuse("PATCH /agents/x", 400, "invalid", faults=faults)
    typed = {
        "name": "Ada",
        "services.llm.fallback.base_url": "here",
        "variables.name": ["good", "Bad Name"],
        "variables.description": ["", ""],
        "variables.default": ["", ""],
    }
    page = unescape(post(signed_in("mara"), "/console/agents/x", **typed).text)
    assert "Sprachmodell, Wenn er ausfällt, Adresse: Azure OpenAI braucht die Adresse" in page
    assert (
        "Sprachausgabe, Eigene Einstellungen, stability: Geben Sie eine Zahl von 0 bis 0,5" in page
    )
    assert "Nr. 2, Name: Beginnen Sie mit einem kleinen Buchstaben" in page
    for name, value in (("services.llm.fallback.base_url", "here"), ("variables.name", "Bad Name")):
        [marked] = [line for line in page.split("<input") if f'value="{value}"' in line]
        assert f'name="{name}"' in marked and 'aria-invalid="true"' in marked.partition(">")[0]
    [good] = [line for line in page.split("<input") if 'value="good"' in line]
    assert "aria-invalid" not in good.partition(">")[0]
    assert page.count('aria-invalid="true"') == 3


def test_another_tools_fault_is_not_this_ones(signed_in: SignedIn, backend: FakeConsole) -> None:
    tools = [{"kind": "http", "name": name, "url": "https://a.example"} for name in ("one", "two")]
    backend.save("x", "mara", tools=tools)
    faults = [
        wrong("#/tools/0/url", "tool_address"),
        wrong("#/tools/1/headers/X-A", "max_length", limit=1000),
    ]
    backend.refuse("PATCH /agents/x", 400, "invalid", faults=faults)
    page = unescape(post(signed_in("mara"), "/console/agents/x/tools/two", name="two").text)
    assert 'id="error-url"' not in page and "Nr. 1, Adresse: Geben Sie eine ganze Adresse" in page
    assert 'id="error-headers">X-A: Das ist zu lang.' in page
    assert '<a href="#field-headers">Kopfzeilen</a>' in page


def test_the_arguments_of_a_trial_are_named(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara")
    faults = [wrong("#/tool/url", "tool_address"), wrong("#/arguments", "not_arguments")]
    backend.refuse("POST /tools/try", 400, "invalid", faults=faults)
    sent = {"do": "try", "name": "one", "arguments": "oops"}
    page = unescape(post(signed_in("mara"), "/console/agents/x/tools/new/http", **sent).text)
    assert 'id="error-arguments">Geben Sie die Argumente als JSON ein' in page
    assert 'id="error-url"' in page and "\noops</textarea>" in page


def test_why_a_trial_failed_is_told(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara")
    failed = {"status": 503, "problem": "It refused.", "code": "tool_refused", "answer": ""}
    backend.tools.trial |= {**failed, "params": {"status": 503}}
    sent = {"do": "try", "name": "one"}
    page = post(signed_in("mara"), "/console/agents/x/tools/new/http", **sent).text
    assert "Der Server des Werkzeugs hat abgelehnt, mit Status 503." in page


@pytest.mark.parametrize(
    ("what", "path", "typed", "fault", "said"),
    [
        (
            "POST /api-keys",
            "/console/keys",
            {"name": "Shop"},
            wrong("#/scopes", "no_scopes"),
            "Kreuzen Sie mindestens eins an",
        ),
        (
            "POST /credentials",
            "/console/credentials",
            {"name": "Shop"},
            wrong("#/key", "key_signs"),
            "Geben Sie nur den Schlüssel ein",
        ),
        (
            "POST /allowed-hosts",
            "/console/hosts",
            {"host": "Shop"},
            wrong("#/host", "one_host"),
            "Geben Sie nur einen Server ein",
        ),
        (
            "POST /webhooks",
            "/console/webhooks/new",
            {"name": "Shop"},
            wrong("#/url", "needs_https"),
            "Verwenden Sie https.",
        ),
    ],
)
def test_owners_pages_lead_to_the_field_and_keep_what_was_typed(
    signed_in: SignedIn,
    backend: FakeConsole,
    what: str,
    path: str,
    typed: dict[str, str],
    fault: dict[str, Any],
    said: str,
) -> None:
    backend.refuse(what, 400, "invalid", faults=[fault])
    page = unescape(post(signed_in("mara"), path, **typed).text)
    field = fault["pointer"].removeprefix("#/")
    id_ = page.partition('role="alert"')[2].partition('href="#')[2].partition('"')[0]
    assert id_.endswith(field) and f' id="{id_}"' in page
    assert f'id="error-{field}">{said}' in page and 'value="Shop"' in page
    assert f"error-{field}" in page.partition(f' id="{id_}"')[2].partition(">")[0]


def test_a_file_that_cannot_be_read_is_told_and_kept(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    fault = wrong("#/body", "file_twice", line=3, column=1, name="voice")
    backend.refuse("POST /agents", 400, "malformed_json", faults=[fault])
    page = unescape(post(signed_in("mara"), "/console/agents/import", text="a: [").text)
    assert "Zeile 3, Spalte 1: voice steht zweimal da." in page and "a: [</textarea>" in page


def test_a_password_is_told_to_whoever_joins(signed_in: SignedIn, backend: FakeConsole) -> None:
    fault = wrong("#/password", "password_too_short", min_length=10)
    backend.refuse("POST /operators/join", 400, "invalid", faults=[fault])
    typed = {"link": "x", "username": "ada", "password": "short"}
    page = unescape(post(signed_in("mara"), "/console/join", **typed).text)
    assert 'id="error-password">Das ist zu kurz. Verwenden Sie mindestens 10 Zeichen.' in page
    assert 'value="ada"' in page and 'value="short"' not in page


@pytest.mark.parametrize(
    ("what", "path", "problem", "said"),
    [
        (
            "POST /agents/x/revisions",
            "/console/agents/x/revisions",
            {
                "status": 400,
                "code": "invalid",
                "faults": [wrong("#/services/llm/credential", "no_credential")],
            },
            "Sprachmodell, Schlüssel: Diesen Schlüssel gibt es nicht mehr.",
        ),
        (
            "POST /webhooks/id-0/secret",
            "/console/webhooks/id-0/secret",
            {"status": 409, "code": "no_credentials_key"},
            "CREDENTIALS_KEY ist nicht gesetzt",
        ),
    ],
)
def test_what_no_page_has_a_form_for_says_why_it_was_not_done(
    signed_in: SignedIn,
    backend: FakeConsole,
    what: str,
    path: str,
    problem: dict[str, Any],
    said: str,
) -> None:
    backend.save("x", "mara")
    backend.refuse(what, **problem)
    page = post(signed_in("mara"), path)
    assert page.status_code == problem["status"]
    assert "Das ist nicht geschehen" in page.text and said in unescape(page.text)
