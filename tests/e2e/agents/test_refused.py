"""A viewer and a stranger, who are refused everything: on the site, and by REST."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, expect
from support.product import Product

from .desk import PATIENCE, Desk, link
from .places import ENTRANCES, FOR_ALL, OWN, calls, filled, pages

pytestmark = pytest.mark.e2e
HIDDEN = "Canary of a desk that is nobody's business."
KEY = "sk-canary-of-the-hidden-desk"
TOOL = {
    "kind": "http",
    "name": "look",
    "description": "Looks.",
    "url": "https://desk.example/look",
    "secrets": ["KEY"],
}
MINE = {("POST", "/operators/me/password"), ("DELETE", "/operators/me/sign-in")}
"""What each operator may do for themselves."""


def pass_of(desk: Desk) -> dict[str, str]:
    """The header with which REST takes one for the operator who has signed in there."""
    return {"Authorization": f"Bearer {desk.pass_()}"}


@pytest.fixture
def owner(product: Product, chromium: Callable[..., Browser]) -> Desk:
    return Desk(chromium(), product).join(link(product), f"ada-{secrets.token_hex(4)}")


@pytest.fixture
def things(product: Product, owner: Desk) -> dict[str, str]:
    """One of everything that operators have, by the names of the parameters of addresses."""

    def made(path: str, **fields: Any) -> str:
        answer = product.backend.request("POST", path, fields, pass_of(owner))
        assert answer.status in (200, 201), answer.body
        return str(answer.body.get("id"))

    address = f"http://{secrets.token_hex(4)}.example"
    key = {"base_url": "https://desk.example/v1", "key": KEY}
    host = made("/allowed-hosts", host=address.removeprefix("http://"))
    hook = {"name": secrets.token_hex(4), "url": f"{address}/hook", "events": ["session.ended"]}
    slug = f"hidden-{secrets.token_hex(4)}"
    made("/agents", slug=slug, name="Hidden", instructions=HIDDEN, tools=[TOOL])
    me = product.backend.request("GET", "/operators/me", headers=pass_of(owner)).body
    return {
        "slug": slug,
        "number": "1",
        "name": "look",
        "kind": "http",
        "host_id": host,
        "webhook_id": made("/webhooks", **hook),
        "message_id": f"msg_{'x' * 22}",
        "credential_id": made("/credentials", name=secrets.token_hex(4), **key),
        "key_id": made("/api-keys", name=secrets.token_hex(4), scopes=["agents"]),
        "operator_id": str(me["id"]),
        "session_id": "x" * 22,
    }


class Somebody:
    """A browser's requests at the site, by its own pages."""

    def __init__(self, desk: Desk, things: Mapping[str, str]) -> None:
        self._desk, self._things = desk, things
        self._own = {"Origin": desk.site, "Sec-Fetch-Site": "same-origin"}

    def asks(self, method: str, rule: str) -> APIResponse:
        """The answer to the address of a rule, with the fields that forms have most."""
        address = f"{self._desk.site}{filled(rule, self._things)}"
        form = {"form": {"revision": "1", "restore": "1"}} if method == "POST" else {}
        return self._desk.page.request.fetch(
            address, method=method, headers=self._own, max_redirects=0, **form
        )


def words_of(desk: Desk) -> str:
    """The page without the number of the request."""
    return re.sub("[0-9a-f]{32}", "", desk.page.locator("main").inner_text())


def test_a_stranger_finds_nothing(
    product: Product, chromium: Callable[..., Browser], things: dict[str, str]
) -> None:
    stranger, slug = Desk(chromium(), product), things["slug"]
    somebody = Somebody(stranger, things)
    stranger.page.goto(f"{product.url}/nothing")
    unknown = words_of(stranger)
    for method, rule in pages():
        if rule in ENTRANCES:
            continue
        answer = somebody.asks(method, rule)
        assert answer.status == 404, (method, rule)
        told = answer.text()
        assert HIDDEN not in told and KEY not in told and "Hidden" not in told, (method, rule)
    stranger.page.goto(f"{product.url}/console/agents/{slug}")
    assert words_of(stranger) == unknown
    expect(stranger.page.locator("header")).not_to_contain_text("Console")
    for method, path in calls():
        refused = product.backend.request(method, filled(path, things), {})
        assert refused.status == 404, (method, path)
    listed = product.backend.request("GET", "/agents").body
    assert slug not in [each["slug"] for each in listed["agents"]]


def test_a_viewer_changes_nothing_and_sees_no_page_of_owners(
    product: Product, chromium: Callable[..., Browser], owner: Desk, things: dict[str, str]
) -> None:
    expect.set_options(timeout=PATIENCE)
    name = f"vera-{secrets.token_hex(4)}"
    vera = Desk(chromium(), product).join(owner.invite("Viewer"), name)
    somebody, slug = Somebody(vera, things), things["slug"]
    for method, rule in pages():
        if method == "POST" and rule in ENTRANCES | OWN:
            continue
        status = somebody.asks(method, rule).status
        is_read = method == "GET" and rule in FOR_ALL
        assert (status == 403) != is_read and status < 500, (method, rule, status)
    vera.open(slug)
    expect(vera.page.locator("#field-instructions")).to_have_value(HIDDEN)
    for button in ("Save", "Try", "Retire"):
        expect(vera.page.get_by_role("button", name=button, exact=True)).to_have_count(0)
    for method, path in calls():
        if method == "GET" or (method, path) in MINE:
            continue
        refused = product.backend.request(method, filled(path, things), {}, pass_of(vera))
        assert (refused.status, refused.body["code"]) == (403, "not_allowed"), (method, path)
    agent = product.backend.request("GET", f"/agents/{slug}", headers=pass_of(owner))
    assert (agent.body["revision"], agent.body["instructions"]) == (1, HIDDEN)
