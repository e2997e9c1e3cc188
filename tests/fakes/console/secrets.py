"""Credentials, allowed hosts and API keys, as the console's fake backend keeps them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fakes.console.contract import AT, SECRET, Answer, Asked, problem

if TYPE_CHECKING:
    from fakes.console.server import FakeConsole

SECRETS = {"credentials": "credentials", "allowed-hosts": "hosts", "api-keys": "keys"}
"""What keys and hosts are called in addresses, and in the answers that list them."""


def secrets(fake: FakeConsole, asked: Asked, name: str, parts: list[str]) -> Answer:
    """Keys and hosts, which are kept without what is secret."""
    noun = parts[0]
    may = ("owner", "editor") if (noun, asked.method) == ("credentials", "GET") else ("owner",)
    if fake.roles[name] not in may:
        return 403, problem(403, "not_allowed"), {}
    kept = fake.secrets.setdefault(noun, {})
    if asked.method == "GET":
        return 200, {SECRETS[noun]: list(kept.values())}, {}
    if parts[2:] == ["test"]:
        return 200, {"ok": True, "milliseconds": 12, "reason": "", "problem": ""}, {}
    if asked.method == "DELETE":
        del kept[parts[1]]
        return 204, None, {}
    if asked.method == "PATCH":
        kept[parts[1]]["ending"] = json.loads(asked.body)["key"][-4:]
        return 200, kept[parts[1]], {}
    sent = json.loads(asked.body)
    made = {**sent, "id": f"id-{len(kept)}", "made_by": name, "made_at": AT, "used_at": None}
    made["ending"] = made.pop("key", SECRET)[-4:]
    made |= {"host": sent.get("host", sent.get("base_url")), "tested_at": None, "expires_at": AT}
    kept[made["id"]] = made
    return 201, {**made, "secret": SECRET} if noun == "api-keys" else made, {}
