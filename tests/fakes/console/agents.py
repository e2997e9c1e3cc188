"""Agents with their revisions and drafts, as the console's fake backend has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml

from fakes.console.contract import AT, NOT_FOUND, Answer, Asked, Json, problem

if TYPE_CHECKING:
    from fakes.console.server import FakeConsole

FIELDS = ("name", "description", "instructions", "greeting", "voice")
"""Those by which the fake tells what somebody else has changed."""
YAML = "slug: table-bookings\nname: Table bookings\n"


def agents(fake: FakeConsole, asked: Asked, name: str, parts: list[str]) -> Answer:
    if asked.method in ("POST", "PATCH", "DELETE") and fake.roles[name] == "viewer":
        return 403, problem(403, "not_allowed"), {}
    if not parts and asked.method == "POST":
        is_yaml = asked.headers["content-type"].startswith("application/yaml")
        sent = _file(asked) if is_yaml else json.loads(asked.body)
        if is_yaml and sent["slug"] in fake.agents:
            return 409, problem(409, "slug_taken"), {"Location": f"/agents/{sent['slug']}"}
        return 201, fake.save(by=name, **sent), {}
    if not parts:
        current = [saved[-1] for saved in fake.agents.values()]
        return 200, {"agents": current, "next": None}, {}
    if parts[1:] == ["drafts"]:
        return 201, _draft(parts[0], json.loads(asked.body)), {}
    saved = fake.agents.get(parts[0])
    if saved is None:
        return NOT_FOUND
    if parts[1:] == ["secrets"]:
        return fake.tools.secrets(asked.method, asked.body, saved[-1])
    return _agent(fake, asked, name, parts, saved)


def _draft(slug: str, sent: Json) -> Json:
    told = {"name": sent["name"], "description": sent.get("description") or "", "language": "en"}
    rules = {"visitor_instructions": False, "recording": "off", "variables": []}
    return {"draft": "d" * 22, "expires_at": AT, "slug": slug, **told, **rules}


def _agent(
    fake: FakeConsole, asked: Asked, name: str, parts: list[str], saved: list[Json]
) -> Answer:
    slug, now = parts[0], saved[-1]
    if asked.method != "GET" and asked.headers.get("if-match") != f'"{now["revision"]}"':
        before = saved[int(asked.headers.get("if-match", '"1"').strip('"')) - 1]
        changed = [name for name in now if now[name] != before.get(name) and name in FIELDS]
        errors = {name: [f"Changed by {now['saved_by']}."] for name in changed}
        return 412, problem(412, "agent_changed", errors=errors), {}
    if asked.method == "DELETE":
        del fake.agents[slug]
        return 204, None, {}
    if asked.method == "PATCH":
        is_yaml = asked.headers["content-type"].startswith("application/yaml")
        sent = _file(asked) if is_yaml else json.loads(asked.body)
        if "check" in asked.query:
            return 200, {**now, **sent}, {}
        return 200, fake.save(by=name, **{**sent, "slug": slug}), {}
    if asked.method == "POST":
        old = saved[json.loads(asked.body)["restore"] - 1]
        kept = {field: value for field, value in old.items() if field != "slug"}
        return 201, fake.save(slug, name, **{**kept, "restored": old["revision"]}), {}
    if parts[1:] == ["export"]:
        return 200, YAML, {}
    if parts[1:] == ["revisions"]:
        return 200, {"revisions": saved[::-1], "next": None}, {}
    return 200, saved[int(parts[2]) - 1] if parts[2:] else now, {}


def _file(asked: Asked) -> Json:
    return {"slug": "table-bookings", **yaml.safe_load(asked.body)}
