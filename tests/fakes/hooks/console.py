"""The webhooks of the console's backend: what owners are told of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, Any, dict[str, str]]
AT = "2026-11-20T14:02:11.000Z"
SECRET = "whsec_" + "c2VjcmV0" * 5
HOOK = "h" * 22
NO_ANSWER: Answer = (404, {"status": 404, "code": "not_found", "detail": "."}, {})


@dataclass
class FakeWebhooks:
    """Webhooks by their ids, and deliveries, which are the same of each."""

    hooks: dict[str, Json] = field(default_factory=dict)
    sent: list[Json] = field(default_factory=list)

    def add(self, name: str, **fields: Any) -> Json:
        """Another webhook."""
        usual = {"url": "https://crm.example/hooks/voice", "events": ["session.ended"]}
        known = {"id": HOOK[: -len(str(len(self.hooks)))] + str(len(self.hooks)), "name": name}
        rest = {"all_agents": False, "enabled": True, "disabled": None, "previous_until": None}
        made = {**known, **usual, **rest, "made_by": "mara", "made_at": AT, **fields}
        self.hooks[made["id"]] = made
        return made

    def deliver(self, state: str, **fields: Any) -> Json:
        """Another delivery."""
        times = {"next_at": None, "delivered_at": None, "abandoned_at": None}
        times[{"pending": "next_at", "delivered": "delivered_at"}.get(state, "abandoned_at")] = AT
        usual = {"type": "session.ended", "session_id": "s" * 22, "happened_at": AT, "status": 0}
        number = {"id": f"msg_{len(self.sent)}", "attempts": 1, "reason": ""}
        self.sent.insert(0, {**number, **usual, **times, "state": state, **fields})
        return self.sent[0]

    def answer(self, method: str, body: str, role: str, parts: list[str]) -> Answer:
        """Status, body and headers for one request below /webhooks."""
        if not parts and method == "GET":
            hidden = ("url", "previous_until", "made_by", "made_at") if role != "owner" else ()
            shown = [
                {name: value for name, value in each.items() if name not in hidden}
                for each in self.hooks.values()
            ]
            return 200, {"webhooks": shown}, {}
        if role != "owner":
            return 403, {"status": 403, "code": "not_allowed", "detail": "."}, {}
        sent = json.loads(body) if body else {}
        if not parts:
            return 201, {**self.add(**_kept(sent)), "secret": SECRET}, {}
        return self._one(method, sent, parts) if parts[0] in self.hooks else NO_ANSWER

    def _one(self, method: str, sent: Json, parts: list[str]) -> Answer:
        hook = self.hooks[parts[0]]
        if method == "DELETE":
            del self.hooks[parts[0]]
            return 204, None, {}
        if method == "PATCH":
            hook.update(_kept(sent))
        if parts[1:] == ["secret"]:
            hook["previous_until"] = AT
            return 200, {"secret": SECRET, "previous_until": AT}, {}
        if parts[1:] == ["deliveries"]:
            return 200, {"deliveries": self.sent, "next": None}, {}
        if parts[1:]:
            return 202, self.deliver("pending", type="ping", session_id=None, attempts=0), {}
        return 200, hook, {}


def _kept(sent: Json) -> Json:
    return {**sent, "disabled": None if sent["enabled"] else "operator"}
