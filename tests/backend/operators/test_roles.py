"""Every call of the console: which role it needs, and what everybody else is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api.urls import urlpatterns
from asgiref.sync import sync_to_async
from operators import keys
from operators.authentication import KeyAuthentication, PassAuthentication
from operators.models import Role

OWNER, EDITOR, VIEWER = Role.OWNER, Role.EDITOR, Role.VIEWER
ID = "a-row-that-is-not-there"
WORTH = {VIEWER: 1, EDITOR: 2, OWNER: 3}
ROLES = {
    "operator/sessions": {"get": VIEWER},
    "operator/sessions/{session_id}": {"get": VIEWER},
    "operator/sessions/{session_id}/recording": {"get": VIEWER},
    "usage": {"get": VIEWER},
    "providers": {"get": VIEWER},
    "agents": {"get": None, "post": EDITOR},
    "agents/{slug}": {"get": None, "patch": EDITOR, "delete": EDITOR},
    "agents/{slug}/revisions": {"get": VIEWER, "post": EDITOR},
    "agents/{slug}/revisions/{number}": {"get": VIEWER},
    "agents/{slug}/drafts": {"post": EDITOR},
    "agents/{slug}/export": {"get": VIEWER},
    "agents/{slug}/secrets": {"get": VIEWER, "put": EDITOR},
    "tools/try": {"post": EDITOR},
    "operators": {"get": OWNER, "post": OWNER},
    "operators/me": {"get": VIEWER},
    "operators/me/password": {"post": VIEWER},
    "operators/me/sign-in": {"delete": VIEWER},
    "operators/{operator_id}": {"patch": OWNER, "delete": OWNER},
    "api-keys": {"get": OWNER, "post": OWNER},
    "api-keys/{key_id}": {"delete": OWNER},
    "credentials": {"get": EDITOR, "post": OWNER},
    "credentials/{credential_id}": {"patch": OWNER, "delete": OWNER},
    "credentials/{credential_id}/test": {"post": OWNER},
    "allowed-hosts": {"get": OWNER, "post": OWNER},
    "allowed-hosts/{host_id}": {"delete": OWNER},
    "audit": {"get": OWNER},
    "webhooks": {"get": VIEWER, "post": OWNER},
    "webhooks/{webhook_id}": {"get": OWNER, "patch": OWNER, "delete": OWNER},
    "webhooks/{webhook_id}/secret": {"post": OWNER},
    "webhooks/{webhook_id}/test": {"post": OWNER},
    "webhooks/{webhook_id}/deliveries": {"get": OWNER},
    "webhooks/{webhook_id}/deliveries/{message_id}": {"post": OWNER},
}
"""The least role of each method; None where everybody may ask, and is told less."""
PLACES = {"{number}": "1", "{slug}": "nobody", "{message_id}": f"msg_{ID[:22]}"}
FOR_PROGRAMS = {
    *("usage", "providers", "agents", "agents/{slug}", "agents/{slug}/revisions", "tools/try"),
    *("agents/{slug}/revisions/{number}", "agents/{slug}/drafts", "agents/{slug}/export"),
    *("agents/{slug}/secrets", "credentials", "credentials/{credential_id}"),
    "credentials/{credential_id}/test",
}


def of_operators() -> Iterator[tuple[str, Any]]:
    """The addresses whose views know operators, as the table writes them, with their views."""
    for pattern in urlpatterns:
        view = getattr(pattern.callback, "view_class", None)
        if view is not None and PassAuthentication in view.authentication_classes:
            kinds = pattern.pattern.converters
            path = str(pattern.pattern)
            for name in kinds:
                before, _, after = path.partition("<")
                path = f"{before}{{{name}}}{after.partition('>')[2]}"
            yield path, view


def calls() -> list[tuple[str, str, Role]]:
    return [
        (method, path, role)
        for path, methods in ROLES.items()
        for method, role in methods.items()
        if role is not None
    ]


def address(path: str) -> str:
    for place, value in PLACES.items():
        path = path.replace(place, value)
    while "{" in path:
        before, _, after = path.partition("{")
        path = before + ID[:22] + after.partition("}")[2]
    return f"/{path}"


def test_every_call_of_operators_is_in_the_table() -> None:
    found = {}
    for path, view in of_operators():
        methods = ("get", "post", "put", "patch", "delete")
        found[path] = {each for each in methods if hasattr(view, each)}
        is_for_programs = KeyAuthentication in view.authentication_classes
        assert is_for_programs == (path in FOR_PROGRAMS), path
    assert found == {path: set(methods) for path, methods in ROLES.items()}


@pytest.mark.parametrize("role", [VIEWER, EDITOR])
async def test_whoever_has_a_lesser_role_is_refused(operated: Any, role: Role) -> None:
    client = await operated(role)
    for method, path, needed in calls():
        if path == "operators/me/sign-in":
            continue
        answer = await client.request(method.upper(), address(path), json={})
        is_refused = answer.status_code == 403 and answer.json()["code"] == "not_allowed"
        assert is_refused == (WORTH[role] < WORTH[needed]), (method, path, answer.text)


async def test_to_everybody_else_there_is_nothing(browser: Any, alice: Any) -> None:
    for client in (browser(None), alice):
        for method, path, _role in calls():
            answer = await client.request(method.upper(), address(path), json={})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, path)


@pytest.mark.parametrize("scope", ["sessions", "agents", "read"])
async def test_a_program_does_what_its_scope_says_and_no_more(browser: Any, scope: str) -> None:
    _key, secret = await sync_to_async(keys.make)("shop", [scope], None, "root")  # type: ignore[list-item]
    client = browser(None)
    client.headers["Authorization"] = f"Bearer {secret}"
    for method, path, needed in calls():
        answer = await client.request(method.upper(), address(path), json={})
        told = (answer.status_code, answer.json().get("code"))
        if path not in FOR_PROGRAMS:
            assert told == (404, "not_found"), (method, path)
        elif scope == "sessions" or (scope == "read" and method != "get"):
            assert told == (403, "out_of_scope"), (method, path)
        else:
            worth = WORTH[EDITOR if scope == "agents" else VIEWER]
            is_refused = told == (403, "not_allowed")
            assert is_refused == (worth < WORTH[needed]), (method, path, answer.text)
