"""Agents as YAML by REST: exported, made, and changed as a whole."""

from __future__ import annotations

from typing import Any

import httpx
from bistro import BISTRO, match


async def test_an_agent_goes_out_as_yaml_and_comes_in_again(
    owner: httpx.AsyncClient, bistro: dict[str, Any]
):
    file = await owner.get("/agents/bistro/export")
    assert file.headers["Content-Type"] == "application/yaml"
    assert 'filename="bistro.yaml"' in file.headers["Content-Disposition"]
    other = file.text.replace("slug: bistro", "slug: trattoria")
    kind = {"Content-Type": "application/yaml"}
    made = await owner.post("/agents", content=other, headers=kind)
    assert made.status_code == 201
    times = {"saved_at": ""}
    assert {**made.json(), **times} == {**bistro, **times, "slug": "trattoria"}
    for text, words in (
        ("a: [", "line 1"),
        ("a: &x 1\nb: *x\nslug: s", "aliases"),
        ("- 1", "list of fields"),
        ("name: Ada", "slug"),
        ("# nothing", "no agent"),
        ("slug: !!python/object/apply:os.system [ls]", "without its tag"),
    ):
        wrong = await owner.post("/agents", content=text, headers=kind)
        assert wrong.status_code == 400 and words in wrong.json()["detail"], wrong.text


async def test_a_file_changes_an_agent_as_a_whole_and_first_says_what_it_would(
    owner: httpx.AsyncClient, bistro: dict[str, Any]
):
    taken = await owner.post("/agents", json=BISTRO)
    assert (taken.status_code, taken.headers["Location"]) == (409, "/agents/bistro")
    kind = {"Content-Type": "application/yaml", **match(1)}
    text = "slug: bistro\nname: Bistro Luna\nvoice: nova\n"
    would = await owner.patch("/agents/bistro?check=true", content=text, headers=kind)
    assert would.status_code == 200 and would.headers["ETag"] == '"1"'
    assert (would.json()["name"], would.json()["greeting"]) == ("Bistro Luna", None)
    assert (await owner.get("/agents/bistro")).json() == bistro
    saved = await owner.patch("/agents/bistro", content=text, headers=kind)
    assert (saved.json()["revision"], saved.json()["voice"]) == (2, "nova")
    assert saved.json()["instructions"] is None
    late = await owner.patch("/agents/bistro?check=true", content=text, headers=kind)
    assert (late.status_code, "greeting" in late.json()["errors"]) == (412, True)
    for wrong, field in (("slug: other\nname: A", "slug"), ("slug: bistro\nname: A\nx: 1", "x")):
        refused = await owner.patch("/agents/bistro", content=wrong, headers={**kind, **match(2)})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
