"""Signing in, joining, and the list of operators, as the console's fake backend has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fakes.console.contract import AT, LINK, PASSWORD, Answer, Asked, Json, problem

if TYPE_CHECKING:
    from fakes.console.server import FakeConsole


def entered(fake: FakeConsole, asked: Asked) -> Answer:
    sent = json.loads(asked.body)
    name = sent["username"]
    if asked.path.endswith("join"):
        if sent["link"] not in fake.links:
            return 404, problem(404, "link_used"), {}
        fake.roles[name] = fake.links.pop(sent["link"])
    elif name not in fake.roles or sent["password"] != PASSWORD:
        return 401, problem(401, "wrong_password"), {}
    return 200, {"token": fake.sign_in(name), "operator": _operator(fake, name)}, {}


def _operator(fake: FakeConsole, name: str) -> Json:
    return {"id": f"id-{name}", "username": name, "role": fake.roles[name], "created_at": AT}


def operators(fake: FakeConsole, asked: Asked, name: str, parts: list[str]) -> Answer:
    if parts == ["me"]:
        return 200, _operator(fake, name), {}
    if parts[:1] == ["me"]:
        return _own(fake, asked, name)
    if fake.roles[name] != "owner":
        return 403, problem(403, "not_allowed"), {}
    if not parts and asked.method == "POST":
        link = {"link": LINK, "role": json.loads(asked.body)["role"], "expires_at": AT}
        return 201, link, {}
    if not parts:
        return 200, {"operators": [_operator(fake, each) for each in fake.roles]}, {}
    other = parts[0].removeprefix("id-")
    if asked.method == "DELETE":
        del fake.roles[other]
        return 204, None, {}
    fake.roles[other] = json.loads(asked.body)["role"]
    return 200, _operator(fake, other), {}


def _own(fake: FakeConsole, asked: Asked, name: str) -> Answer:
    """Signing out, or a new password, which ends all passes."""
    fake.passes = {each: owner for each, owner in fake.passes.items() if owner != name}
    if asked.method == "DELETE":
        return 204, None, {}
    return 200, {"token": fake.sign_in(name), "operator": _operator(fake, name)}, {}
