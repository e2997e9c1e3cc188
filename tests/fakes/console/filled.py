"""What the console's tests find there: agents, sessions, webhooks, keys and what was done."""

from __future__ import annotations

from typing import Any

from fakes.backend import session
from fakes.console.contract import AT
from fakes.console.server import FakeConsole

INSTRUCTIONS = (
    "You take bookings for a small restaurant in Lisbon called Casa Verde. Be brief and warm. "
    "Ask for the day, the time, how many people and a name. Today is {{date}}."
)
TOOLS = [
    {
        "kind": "http",
        "name": "find_table",
        "description": "Finds free tables for a day and a number of people.",
        "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
        "url": "https://api.casa-verde.example/tables/{{day}}",
        "headers": {"Authorization": "Bearer {{secret:KEY}}"},
        "secrets": ["KEY"],
    },
    {"kind": "mcp", "name": "house", "url": "https://mcp.example/mcp", "allow": ["count_guests"]},
    {"kind": "built_in", "name": "note"},
]


def fill(backend: FakeConsole) -> None:
    """Some agents, one of them saved often, and what was done."""
    variables = [{"name": "guest", "description": "Who comes", "default": "you"}]
    told = {"description": "Books, changes and cancels tables.", "visibility": "public"}
    told |= {"tools": TOOLS}
    backend.save("table-bookings", "mara", name="Table bookings", instructions=INSTRUCTIONS, **told)
    backend.save("table-bookings", "otto", variables=variables, first_speaker="agent")
    long = "A very long name that somebody gave to an agent without thinking of phones"
    backend.save("a" * 64, "somebody-with-a-very-long-name", name=long, visibility="link")
    backend.roles["somebody-with-a-very-long-name"] = "editor"
    found = {"line": None, "agent": {"slug": "tables", "name": long, "revision": 3, "draft": True}}
    backend.sessions = [{**session(f"s{n}"), **found} for n in range(4)]
    webhooks = backend.webhooks
    webhooks.add("crm", events=["session.started", "session.ended", "agent.failed"])
    webhooks.add("w" * 64, url="https://" + "long." * 30 + "example/", disabled="gone")
    webhooks.deliver("delivered", status=204)
    webhooks.deliver("abandoned", attempts=13, reason="private_address", type="agent.failed")
    webhooks.deliver("pending", attempts=3, status=500, reason="status")
    webhooks.deliver("pending", type="ping", session_id=None, attempts=0)
    backend.agents["table-bookings"][-1]["webhooks"] = ["crm", "not-there"]
    backend.secrets.clear()
    kept(backend, "credentials", name="Our OpenAI", base_url="https://api.openai.com/v1")
    kept(backend, "credentials", name="Voices of a company with quite a long name", used_at=AT)
    kept(backend, "allowed-hosts", host="tools.lan", port=8080)
    kept(backend, "allowed-hosts", host="fd12:3456:789a::1", port=0)
    kept(backend, "api-keys", name="Shop", scopes=["sessions", "agents"], expires_at=AT)
    for action, facts in (("agent.saved", {"revision": 2}), ("agent.retired", {})):
        told = {"at": AT, "by": "mara", "action": action, "subject": "table-bookings"}
        backend.entries.append({**told, "facts": facts})


def kept(backend: FakeConsole, noun: str, **facts: Any) -> None:
    """A key or a host, as the backend tells of it."""
    found = backend.secrets.setdefault(noun, {})
    usual = {"id": f"id-{len(found)}", "host": "https://api.voices.example", "ending": "WXYZ"}
    usual |= {"base_url": "https://api.voices.example/v1/speech", "made_by": "mara", "made_at": AT}
    usual |= {"used_at": None, "tested_at": AT, "expires_at": None}
    found[usual["id"]] = {**usual, **facts}
