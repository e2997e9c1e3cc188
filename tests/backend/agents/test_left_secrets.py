"""Secrets of tools that no tool names any more: seen, taken away, and gone with their agent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from agents.models import ToolSecret
from operators.models import AuditEntry, Role

TOOL = {
    "kind": "http",
    "name": "find_tables",
    "description": "Finds free tables.",
    "url": "https://api.example.com/tables",
    "headers": {"Authorization": "Bearer {{secret:KEY}}"},
    "secrets": ["KEY"],
}
PATH = "/agents/bistro/secrets"
LEFT = {"tool": "", "host": "https://api.example.com", "name": "KEY"}


@pytest.fixture
async def editor(operated: Any) -> httpx.AsyncClient:
    """Its agent has entered a secret for a tool."""
    client: httpx.AsyncClient = await operated(Role.EDITOR)
    await client.post("/agents", json={"slug": "bistro", "name": "Bistro", "tools": [TOOL]})
    entered = {"tool": "find_tables", "name": "KEY", "value": "key-of-a-tool-canary-78"}
    assert (await client.put(PATH, json=entered)).status_code == 200
    return client


async def change(client: httpx.AsyncClient, base: int, **fields: Any) -> None:
    match = {"If-Match": f'"{base}"'}
    assert (await client.patch("/agents/bistro", json=fields, headers=match)).status_code == 200


async def test_it_is_listed_waits_for_its_revision_and_is_taken_away(
    editor: httpx.AsyncClient,
) -> None:
    await change(editor, 1, tools=[])
    left = {**LEFT, "set": True, "ending": "y-78"}
    assert (await editor.get(PATH)).json() == {"secrets": [left]}
    await change(editor, 2, tools=[TOOL])
    named = {**left, "tool": "find_tables"}
    assert (await editor.get(PATH)).json() == {"secrets": [named]}, "a restored tool has it again"
    await change(editor, 3, tools=[])
    elsewhere = await editor.put(PATH, json={**LEFT, "host": "https://a.example", "value": ""})
    assert (elsewhere.status_code, await ToolSecret.objects.acount()) == (400, 1)
    taken = await editor.put(PATH, json={**LEFT, "value": ""})
    assert taken.json() == {"secrets": []} and not await ToolSecret.objects.aexists()
    last = await AuditEntry.objects.order_by("-id").afirst()
    assert last and (last.action, last.facts["host"]) == ("secret.removed", LEFT["host"])


async def test_a_value_needs_a_tool(editor: httpx.AsyncClient) -> None:
    refused = await editor.put(PATH, json={**LEFT, "value": "another"})
    assert refused.status_code == 400 and await ToolSecret.objects.acount() == 1


async def test_a_retired_agent_keeps_none(editor: httpx.AsyncClient) -> None:
    retired = await editor.delete("/agents/bistro", headers={"If-Match": '"1"'})
    assert retired.status_code == 204 and not await ToolSecret.objects.aexists()
