"""Agents on other sites: which pages may show one, what they are told, and no cookie at all."""

from __future__ import annotations

import html
import json
import re
import time
from typing import Any

import jwt
import pytest
from fakes.backend import FakeBackend, agent
from flask.testing import FlaskClient

from flask_frontend.languages.catalogue import LOCALES
from flask_frontend.settings import Settings
from flask_frontend.visitors import mint_token

SITE = "https://localhost"
SHOPS = ["https://shop.example", "https://shop.example:8443"]
OWN = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
MOST_BYTES = 10_000


@pytest.fixture(autouse=True)
def helper(backend: FakeBackend) -> None:
    backend.agents += [
        agent("helper", name="Helper", visibility="link", embed_sites=SHOPS),
        agent("alone", name="Alone", visibility="public"),
        agent("odd", visibility="link", embed_sites=["https://a.example; script-src *", 7]),
    ]


def ancestors(response: Any) -> str:
    policy = response.headers["Content-Security-Policy"]
    (found,) = re.findall(r"frame-ancestors ([^;]*)", policy)
    return str(found)


def told(page: str) -> dict[str, str]:
    main = page[page.index("<main") :].partition(">")[0]
    return {
        name: html.unescape(value) for name, value in re.findall(r'data-([\w-]+)="(.*?)"', main)
    }


def renew(client: FlaskClient, token: str, headers: dict[str, str] | None = None) -> Any:
    given = {**(OWN if headers is None else headers), "Authorization": f"Bearer {token}"}
    return client.post("/embed-token", base_url=SITE, headers=given)


def test_the_script_is_small_and_for_every_site(client: FlaskClient) -> None:
    response = client.get("/widget.js")
    assert response.mimetype == "text/javascript" and len(response.data) < MOST_BYTES
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in response.headers
    (words,) = re.findall(r"const WORDS = (.*?);\n", response.text)
    assert set(json.loads(words)) == set(LOCALES)


def test_only_the_sites_of_the_agent_may_show_its_page(client: FlaskClient) -> None:
    for site in SHOPS:
        response = client.get("/embed/helper", query_string={"site": site})
        assert response.status_code == 200 and ancestors(response) == " ".join(SHOPS)
        assert told(response.text)["site"] == site
    assert told(client.get("/embed/helper").text)["site"] == ""


@pytest.mark.parametrize(
    ("slug", "site"),
    [
        ("helper", "https://evil.example"),
        ("helper", "null"),
        ("helper", "https://shop.example/"),
        ("alone", "https://shop.example"),
        ("alone", ""),
        ("odd", ""),
        ("nobody", "https://shop.example"),
    ],
)
def test_another_site_is_told_nothing(client: FlaskClient, slug: str, site: str) -> None:
    response = client.get(f"/embed/{slug}", query_string={"site": site})
    assert response.status_code == 404 and ancestors(response) == "'none'"
    assert "Helper" not in response.text and SHOPS[1] not in response.text


@pytest.mark.parametrize("path", ["/chat", "/chat/helper", "/history", "/check"])
def test_no_other_page_may_be_shown_elsewhere(client: FlaskClient, path: str) -> None:
    assert ancestors(client.get(path)) == "'none'"


def test_its_page_neither_reads_nor_makes_a_cookie(client: FlaskClient, settings: Settings) -> None:
    client.get("/history", base_url=SITE)
    cookie = client.get_cookie("__Host-voice_agent_8443")
    first, second = (client.get("/embed/helper", base_url=SITE) for _ in range(2))
    assert cookie and not {"Set-Cookie"} & set(first.headers.keys())
    names = set()
    for response in (first, second):
        token = told(response.text)["visitor-token"]
        claims = jwt.decode(
            token, settings.visitor_secret, algorithms=["HS256"], audience="voice-agent"
        )
        names.add(claims["sub"])
    assert len(names) == 2, "each opening is a visitor of its own"
    assert told(first.text)["renew-at"] == "/embed-token"


def test_its_page_has_the_words_of_the_page_around_it_and_no_way_out(client: FlaskClient) -> None:
    client.set_cookie("language", "fr", domain="localhost")
    page = client.get("/embed/helper?language=de", base_url=SITE).text
    assert '<html lang="de"' in page and '<base target="_blank">' in page
    assert "site-header" not in page and 'action="/language"' not in page


def test_its_token_is_renewed_without_a_cookie(client: FlaskClient, settings: Settings) -> None:
    token = told(client.get("/embed/helper", base_url=SITE).text)["visitor-token"]
    fresh = renew(client, token)
    assert fresh.status_code == 200 and "Set-Cookie" not in fresh.headers
    old, new = (
        jwt.decode(each, settings.visitor_secret, algorithms=["HS256"], audience="voice-agent")
        for each in (token, fresh.json["token"])
    )
    assert (new["sub"], new["embedded"]) == (old["sub"], old["embedded"])


def test_no_other_token_is_renewed_nor_for_another_site(
    client: FlaskClient, settings: Settings
) -> None:
    secret, now = settings.visitor_secret, int(time.time())
    usual, old = mint_token("v" * 22, secret), mint_token("v" * 22, secret, embedded=now - 43_300)
    forged = mint_token("v" * 22, "another-secret-0123456789-0123456789", embedded=now)
    for refused in (usual.token, old.token, forged.token, "", "x.y.z"):
        assert renew(client, refused).status_code == 403
    good = mint_token("v" * 22, secret, embedded=now).token
    elsewhere = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    assert renew(client, good, elsewhere).status_code == 403
    assert renew(client, good).status_code == 200
