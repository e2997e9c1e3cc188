"""Getting into the console, and out: nobody else learns that there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from ipaddress import ip_network

import pytest
from fakes.console import LINK, PASSWORD, FakeConsole
from flask.testing import FlaskClient
from markupsafe import Markup
from werkzeug.test import TestResponse

from flask_frontend.app import create_app
from flask_frontend.settings import Settings

SITE = "https://localhost"
COOKIE = "__Host-voice_agent_8443_operator"
SignedIn = Callable[[str], FlaskClient]
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}
BELOW = [
    *("/console", "/console/", "/console/agents/new", "/console/agents/import"),
    *("/console/agents/x", "/console/agents/x/revisions", "/console/agents/x/revisions/1"),
    *("/console/agents/x/export", "/console/agents/x/retire", "/console/operators"),
    *("/console/operators/y", "/console/operators/y/remove", "/console/audit"),
    *("/console/account", "/console/sign-out", "/console/no-such-page"),
]


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return client.post(path, data=fields, headers=OWN, base_url=SITE)


def unescaped(text: str) -> str:
    return Markup(text).unescape()


def body(answer: TestResponse, path: str) -> str:
    """The page without what differs from request to request."""
    kept = answer.text.replace(answer.headers["X-Request-ID"], "")
    return kept.replace(f'value="{path}"', "")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_to_strangers_every_address_is_unknown(
    client: FlaskClient, backend: FakeConsole, method: str
) -> None:
    unknown = client.open("/nothing", method=method, headers=OWN, base_url=SITE)
    assert unknown.status_code == 404
    for path in BELOW:
        answer = client.open(path, method=method, headers=OWN, base_url=SITE)
        assert (answer.status_code, body(answer, path)) == (404, body(unknown, "/nothing")), path
        assert "Set-Cookie" not in answer.headers and "Allow" not in answer.headers
    assert backend.asked == []


@pytest.mark.parametrize("path", ["/chat", "/check", "/local-voice", "/nothing"])
def test_no_public_page_tells_of_it(client: FlaskClient, path: str) -> None:
    assert "console" not in client.get(path, base_url=SITE).text.lower()


def test_signing_in_gives_a_pass_that_ends_with_the_browser(
    client: FlaskClient, backend: FakeConsole
) -> None:
    answer = send(client, "/console/sign-in", username="mara", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/console")
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    pass_, *flags = rest.split("; ")
    assert name == COOKIE and backend.passes[pass_] == "mara"
    assert set(flags) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    page = client.get("/console", base_url=SITE)
    assert page.status_code == 200 and "mara" in page.text and pass_ not in page.text
    assert {asked.headers["authorization"] for asked in backend.asked[1:]} == {f"Bearer {pass_}"}


def test_in_development_the_cookie_needs_no_https(settings: Settings) -> None:
    client = create_app(replace(settings, debug=True)).test_client()
    headers = {"Sec-Fetch-Site": "same-origin"}
    fields = {"username": "mara", "password": PASSWORD}
    answer = client.post("/console/sign-in", data=fields, headers=headers)
    assert answer.headers["Set-Cookie"].startswith("voice_agent_5199_operator=")
    assert "Secure" not in answer.headers["Set-Cookie"]


def test_tries_are_counted_by_where_the_person_is(settings: Settings, backend: FakeConsole) -> None:
    trusting = replace(settings, trusted_proxies=(ip_network("10.1.0.0/16"),))
    client = create_app(trusting).test_client()
    headers = {**OWN, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    answer = client.post(
        "/console/sign-in",
        data={"username": "mara", "password": "wrong"},
        headers=headers,
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
    )
    assert answer.status_code == 401
    (asked,) = backend.asked
    assert asked.claims["address"] == "203.0.113.9" and asked.claims["sub"] != "local"
    token = asked.headers["authorization"].removeprefix("Bearer ")
    assert token not in answer.text and "Set-Cookie" not in answer.headers


def test_a_wrong_password_is_said_and_the_name_kept(client: FlaskClient) -> None:
    answer = send(client, "/console/sign-in", username="mara", password="not this one")
    assert answer.status_code == 401 and "Set-Cookie" not in answer.headers
    assert "The name or the password is not right." in answer.text
    assert 'value="mara"' in answer.text and "not this one" not in answer.text


def test_too_many_tries_say_how_long_to_wait(client: FlaskClient, backend: FakeConsole) -> None:
    backend.refuse(
        "POST /operators/sign-in", 429, "too_many_logins", headers={"Retry-After": "900"}
    )
    answer = send(client, "/console/sign-in", username="mara", password=PASSWORD)
    assert answer.status_code == 429
    assert "Too many wrong passwords. Wait 15 minutes, then try again." in answer.text


def test_one_address_cannot_use_up_what_the_backend_allows_the_site(
    client: FlaskClient, backend: FakeConsole
) -> None:
    for _ in range(12):
        send(client, "/console/sign-in", username="mara", password="wrong")
    answer = send(client, "/console/join", link=LINK, username="new", password=PASSWORD)
    assert answer.status_code == 429 and len(backend.asked) == 12
    assert "Too many tries from your network. Wait 1 minute" in answer.text


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/join"])
@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}])
def test_another_sites_page_signs_nobody_in(
    client: FlaskClient, backend: FakeConsole, path: str, headers: dict[str, str]
) -> None:
    fields = {"username": "mara", "password": PASSWORD, "link": LINK}
    assert client.post(path, data=fields, headers=headers, base_url=SITE).status_code == 403
    assert backend.asked == []


def test_another_sites_page_changes_nothing(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara")
    for path in ("/console/agents/x/retire", "/console/operators", "/console/sign-out"):
        answer = signed_in("mara").post(path, data={"revision": 1}, base_url=SITE)
        assert answer.status_code == 403
    assert "x" in backend.agents and {asked.method for asked in backend.asked} <= {"GET"}


def test_a_pass_that_has_ended_leads_to_the_sign_in_and_back(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    backend.passes.clear()
    backend.save("x", "mara")
    answer = client.get("/console/agents/x", base_url=SITE)
    assert answer.location == "/console/sign-in?ended=1&back=/console/agents/x"
    assert f"{COOKIE}=;" in answer.headers["Set-Cookie"]
    assert "Your sign-in has ended" in client.get(answer.location, base_url=SITE).text
    fields = {"username": "mara", "password": PASSWORD, "back": "/console/agents/x"}
    assert send(client, "/console/sign-in", **fields).location == "/console/agents/x"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/chat", "/console"])
def test_the_way_back_stays_in_the_console(client: FlaskClient, back: str) -> None:
    answer = send(client, "/console/sign-in", username="mara", password=PASSWORD, back=back)
    assert answer.location == "/console"


def test_what_was_typed_outlives_the_pass(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    backend.passes.clear()
    backend.save("x", "mara")
    typed = {"revision": "1", "name": "Ada", "instructions": 'Say "hello" & <stay>.\nThen go.'}
    answer = send(client, "/console/agents/x", **typed)
    assert answer.status_code == 401 and "What you typed is kept" in answer.text
    kept = answer.text.partition('name="kept" value="')[2].partition('"')[0]
    fields = {"username": "mara", "password": PASSWORD, "back": "/console/agents/x"}
    page = send(client, "/console/sign-in", **fields, kept=unescaped(kept))
    assert 'action="/console/agents/x"' in page.text
    assert 'name="instructions" value="Say &#34;hello&#34; &amp; &lt;stay&gt;.\nThen' in page.text
    assert len(backend.agents["x"]) == 1, "nothing is saved before somebody asks for it"


def test_passwords_are_never_kept(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    backend.passes.clear()
    answer = send(client, "/console/account", old="a secret word", new="another one")
    assert answer.location == "/console/sign-in?ended=1&back=/console"
    assert "a secret word" not in answer.text


def test_secrets_of_tools_are_never_kept(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    backend.passes.clear()
    path = "/console/agents/x/tools/find_table/secrets"
    answer = send(client, path, secret="KEY", value="a secret word")
    assert answer.location == "/console/sign-in?ended=1&back=/console"
    assert "a secret word" not in answer.text


def test_a_file_that_was_chosen_outlives_the_pass(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    backend.passes.clear()
    data = {"file": (BytesIO(b"slug: from-a-file"), "agent.yaml"), "text": ""}
    answer = client.post("/console/agents/import", data=data, headers=OWN, base_url=SITE)
    assert answer.status_code == 401 and "slug: from-a-file" in answer.text


def test_a_link_makes_an_operator_with_or_without_its_address(
    client: FlaskClient, backend: FakeConsole
) -> None:
    link = f"https://voice.example/console/join#{LINK}"
    answer = send(client, "/console/join", link=link, username="ada", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/console")
    assert backend.roles["ada"] == "owner"
    again = send(client, "/console/join", link=LINK, username="bob", password=PASSWORD)
    assert again.status_code == 404 and "This link was used already" in again.text
    assert f'value="{LINK}"' in again.text and 'value="bob"' in again.text


def test_what_is_wrong_with_a_new_name_or_password_stands_at_its_field(
    client: FlaskClient, backend: FakeConsole
) -> None:
    errors = {"password": ["This password is too common."]}
    backend.refuse("POST /operators/join", 400, "invalid", errors=errors)
    fields = {"link": LINK, "username": "ada", "password": "password1"}
    answer = send(client, "/console/join", **fields)
    assert 'id="error-password">This password is too common.' in answer.text
    assert 'aria-describedby="help-password error-password" aria-invalid="true"' in answer.text
    assert "password1" not in answer.text
    backend.refuse("POST /operators/join", 409, "name_taken", errors={"username": ["Taken."]})
    assert "Somebody has this name already." in send(client, "/console/join", **fields).text


@pytest.mark.parametrize("fields", [{}, {"everywhere": "1"}])
def test_signing_out_ends_the_pass(
    signed_in: SignedIn, backend: FakeConsole, fields: dict[str, str]
) -> None:
    backend.sign_in("vera")
    client = signed_in("mara")
    answer = send(client, "/console/sign-out", **fields)
    out = "everywhere" if fields else "here"
    assert answer.location == f"/console/sign-in?out={out}"
    asked = backend.asked[-1]
    assert (asked.method, asked.path) == ("DELETE", "/operators/me/sign-in")
    assert asked.query == ({"everywhere": "true"} if fields else {})
    assert "mara" not in backend.passes.values()
    assert client.get("/console", base_url=SITE).status_code == 404


def test_a_new_password_keeps_this_browser_signed_in(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("mara")
    errors = {"old": ["This is not your password."]}
    backend.refuse("POST /operators/me/password", 400, "wrong_password", errors=errors)
    wrong = send(client, "/console/account", old="wrong", new="new and long")
    assert wrong.status_code == 400 and "This is not your password now." in wrong.text
    backend.refusals.clear()
    answer = send(client, "/console/account", old=PASSWORD, new="new and long")
    assert answer.location == "/console/account?changed=1"
    page = client.get(answer.location, base_url=SITE)
    assert "Your password was changed." in page.text
