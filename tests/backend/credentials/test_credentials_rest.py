"""Keys of services by REST: who may do what, and that nobody is shown one."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from credentials import queries
from credentials.models import Credential
from fakes.openai_api import OpenAIStandIn
from fakes.roles import KEY, People
from operators.models import AuditEntry
from outgoing import hosts

OPENAI = {"name": "Our OpenAI", "base_url": "https://api.openai.com/v1", "key": KEY}


async def entered(people: People, **changes: Any) -> dict[str, Any]:
    answer = await people.owner.post("/credentials", json={**OPENAI, **changes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_key_is_entered_and_never_shown(people: People) -> None:
    made = await entered(people)
    assert (made["host"], made["ending"], made["provider"]) == (
        "https://api.openai.com",
        "WXYZ",
        "openai",
    )
    assert (made["made_by"], made["used_at"], made["tested_at"]) == ("owner", None, None)
    listed = await people.editor.get("/credentials")
    assert listed.json()["credentials"] == [made]
    assert (await people.program.get("/credentials")).json()["credentials"] == [made]
    stored = await Credential.objects.aget()
    kept = str([vars(stored), [vars(entry) async for entry in AuditEntry.objects.all()], made])
    assert KEY not in kept and "canary" not in kept + str(stored) + repr(stored)
    secret = await sync_to_async(queries.revealed)(stored)
    assert secret.reveal() == KEY


async def test_only_owners_write_and_viewers_do_not_look(people: People) -> None:
    made = await entered(people)
    calls = [
        ("POST", "/credentials", OPENAI),
        ("PATCH", f"/credentials/{made['id']}", {"key": KEY}),
        ("DELETE", f"/credentials/{made['id']}", None),
        ("POST", f"/credentials/{made['id']}/test", None),
        ("GET", "/allowed-hosts", None),
        ("POST", "/allowed-hosts", {"host": "a.lan"}),
        ("DELETE", "/allowed-hosts/x", None),
    ]
    for method, path, body in calls:
        for client in (people.editor, people.viewer):
            answer = await client.request(method, path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), path
        assert (await people.stranger.request(method, path, json=body)).status_code == 404
        assert (await people.program.request(method, path, json=body)).status_code in (403, 404)
    assert (await people.viewer.get("/credentials")).status_code == 403
    assert (await people.stranger.get("/credentials")).status_code == 404
    assert await Credential.objects.acount() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "with blank"}, "key"),
        ({"key": "'quoted'"}, "key"),
        ({"key": ""}, "key"),
        ({"key": "x" * 5000}, "key"),
        ({"key": 7}, "key"),
        ({"base_url": "api.openai.com"}, "base_url"),
        ({"base_url": "https://me:pw@api.openai.com"}, "base_url"),
        ({"base_url": "file:///etc/passwd"}, "base_url"),
        ({"name": ""}, "name"),
        ({"provider": "Open AI"}, "provider"),
    ],
)
async def test_what_is_wrong_is_named_and_not_repeated(
    people: People, changes: dict[str, Any], field: str
) -> None:
    answer = await people.owner.post("/credentials", json={**OPENAI, **changes})
    assert answer.status_code == 400 and list(answer.json()["errors"]) == [field]
    if isinstance(key := changes.get("key", KEY), str) and key:
        assert key not in answer.text


async def test_a_short_key_shows_none_of_its_characters(people: People) -> None:
    assert (await entered(people, key="short-key"))["ending"] == ""


async def test_a_name_is_one_credentials_alone(people: People) -> None:
    await entered(people)
    answer = await people.owner.post("/credentials", json=OPENAI)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


async def test_a_key_is_entered_anew_for_the_same_host(people: People) -> None:
    made = await entered(people)
    path = f"/credentials/{made['id']}"
    anew = await people.owner.patch(path, json={"key": KEY + "-NEW2"})
    assert (anew.json()["ending"], anew.json()["host"]) == ("NEW2", made["host"])
    elsewhere = {"key": KEY, "base_url": "https://evil.example"}
    refused = await people.owner.patch(path, json=elsewhere)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["base_url"])
    stored = await Credential.objects.aget()
    assert stored.host == made["host"], "a key stays with the host that it was entered for"
    moved = await Credential.objects.filter(id=stored.id).aupdate(host="https://evil.example")
    assert moved == 1
    with pytest.raises(queries.NoKeyHere, match="unreadable"):
        await sync_to_async(queries.key_for)(stored.id, "https://evil.example/v1")
    assert (await people.owner.patch("/credentials/none", json={"key": KEY})).status_code == 404


async def test_without_a_key_to_seal_with_the_answer_says_so(people: People, settings: Any) -> None:
    settings.CREDENTIALS_KEYS = []
    answer = await people.owner.post("/credentials", json=OPENAI)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_credentials_key")
    assert "CREDENTIALS_KEY" in answer.json()["detail"]


async def test_the_agents_that_use_a_credential_keep_it(people: People) -> None:
    made = await entered(people)
    agent = {"slug": "bistro", "name": "Bistro", "services": {"llm": {"credential": made["id"]}}}
    assert (await people.owner.post("/agents", json=agent)).status_code == 201
    refused = await people.owner.delete(f"/credentials/{made['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "credential_in_use")
    assert "bistro" in refused.json()["detail"]
    changes = {"services": None}
    headers = {"If-Match": '"1"'}
    await people.owner.patch("/agents/bistro", json=changes, headers=headers)
    assert (await people.owner.delete(f"/credentials/{made['id']}")).status_code == 204
    assert (await people.owner.delete(f"/credentials/{made['id']}")).status_code == 404
    told = [f"{entry.action} {entry.subject}" async for entry in AuditEntry.objects.all()]
    assert "credential.entered Our OpenAI" in told and "credential.deleted Our OpenAI" in told


async def test_a_test_asks_the_server_with_the_key(people: People, api: OpenAIStandIn) -> None:
    api.clear()
    made = await entered(people, base_url=api.base_url)
    path = f"/credentials/{made['id']}/test"
    private = (await people.owner.post(path)).json()
    assert (private["ok"], private["reason"]) == (False, "private")
    assert "private address" in private["problem"]
    await sync_to_async(hosts.allow)("127.0.0.1", api.port, "owner")
    good = (await people.owner.post(path)).json()
    assert good["ok"] and good["reason"] == good["problem"] == ""
    assert [asked.authorization for asked in api.requests()] == [f"Bearer {KEY}"]
    listed = (await people.owner.get("/credentials")).json()["credentials"][0]
    assert listed["tested_at"] is not None and listed["used_at"] is None
    api.accepted_key = "another"
    bad = (await people.owner.post(path)).json()
    api.accepted_key = None
    assert (bad["ok"], bad["reason"]) == (False, "refused") and "refused the key" in bad["problem"]
    await Credential.objects.filter(id=made["id"]).aupdate(sealed="broken")
    assert (await people.owner.post(path)).json()["reason"] == "unreadable"
    results = [
        e.facts["result"] async for e in AuditEntry.objects.filter(action__endswith="tested")
    ]
    assert results == ["private", "ok", "refused", "unreadable"]


async def test_owners_allow_hosts(people: People) -> None:
    wanted = {"host": "Tools.LAN", "port": 8080}
    made = (await people.owner.post("/allowed-hosts", json=wanted)).json()
    assert (made["host"], made["port"], made["made_by"]) == ("tools.lan", 8080, "owner")
    again = await people.owner.post("/allowed-hosts", json=wanted)
    assert (again.status_code, again.json()["code"]) == (409, "host_allowed")
    for host in ("", "a b", "http://a", "a/b", "a:80", "*.lan", "a" * 300):
        wrong = await people.owner.post("/allowed-hosts", json={"host": host})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["host"]), host
    for host in ("10.0.0.7", "fd12::1", "localhost"):
        assert (await people.owner.post("/allowed-hosts", json={"host": host})).status_code == 201
    listed = (await people.owner.get("/allowed-hosts")).json()["hosts"]
    assert [each["host"] for each in listed] == ["10.0.0.7", "fd12::1", "localhost", "tools.lan"]
    assert (await people.owner.delete(f"/allowed-hosts/{made['id']}")).status_code == 204
    assert (await people.owner.delete(f"/allowed-hosts/{made['id']}")).status_code == 404
    actions = {entry.action async for entry in AuditEntry.objects.all()}
    assert {"host.allowed", "host.disallowed"} <= actions
