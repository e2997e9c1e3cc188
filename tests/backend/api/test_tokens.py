"""`GET` and `POST /token`: the least that a person needs, for one room."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

import httpx
import jwt
import pytest
from agent_manager.joining import Start, sealed, unsealed
from django.conf import settings
from media_server import names

STANDARD = {"room_name": "kitchen", "participant_identity": "ann"}
WANTED = {"room": "kitchen", "identity": "ann", "name": "Ann"}


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, settings.LIVEKIT_API_SECRET, algorithms=["HS256"])


async def test_a_token_gives_the_least_grants_for_one_room(alice: httpx.AsyncClient, settings):
    settings.SESSION_GRACE_SECONDS = 33
    answer = (await alice.get("/token", params=WANTED)).json()
    found = claims(answer["token"])
    room = names.livekit_room_name("alice-visitor-id", "kitchen")
    assert found["video"] == {
        "roomJoin": True,
        "room": room,
        "canPublish": True,
        "canPublishSources": ["microphone"],
        "canPublishData": False,
        "canSubscribe": True,
        "canUpdateOwnMetadata": False,
    }
    assert set(found) == {"iss", "sub", "nbf", "exp", "name", "video", "attributes", "roomConfig"}
    assert (found["iss"], found["sub"], found["name"]) == ("test-key", "ann", "Ann")
    assert found["roomConfig"]["departureTimeout"] == 33 + 60
    assert found["roomConfig"]["emptyTimeout"] > 33
    assert found["roomConfig"]["maxParticipants"] == 1
    marks = {"name", "departureTimeout", "emptyTimeout", "metadata", "maxParticipants"}
    assert set(found["roomConfig"]) == marks


async def test_the_answer_names_the_room_as_it_was_typed(alice: httpx.AsyncClient):
    answer = (await alice.get("/token", params=WANTED)).json()
    assert set(answer) == {"token", "server_url", "room", "expires_at"}
    assert answer["room"] == "kitchen"
    assert answer["server_url"] == "ws://127.0.0.1:9"
    expires = datetime.fromisoformat(answer["expires_at"]).timestamp()
    assert abs(expires - time.time() - 15 * 60) < 10
    assert abs(claims(answer["token"])["exp"] - expires) < 5


async def test_the_standard_token_endpoint(alice: httpx.AsyncClient):
    asked = {
        "room_name": "kitchen",
        "participant_identity": "ann",
        "participant_name": "Ann",
        "participant_metadata": "root",
        "participant_attributes": {"installation": "mine", "start": "now"},
    }
    answer = await alice.post("/token", json=asked)
    assert answer.status_code == 201
    assert set(answer.json()) == {"server_url", "participant_token"}
    found = claims(answer.json()["participant_token"])
    assert found["sub"] == "ann"
    assert "metadata" not in found
    assert "agents" not in found["roomConfig"]
    assert set(found["attributes"]) == {"after", "pass"}
    assert found["video"]["canPublishData"] is False


async def test_with_a_room_config_it_starts_a_session_and_lets_its_person_type(
    alice: httpx.AsyncClient,
):
    asked = {**STANDARD, "room_config": {"agents": [{"agent_name": "default"}]}}
    answer = await alice.post("/token", json=asked)
    assert answer.status_code == 201
    found = claims(answer.json()["participant_token"])
    assert found["video"]["canPublishData"] is True
    assert found["video"]["canUpdateOwnMetadata"] is False
    assert found["video"]["canPublishSources"] == ["microphone"]
    assert found["exp"] - found["nbf"] <= 60, "LiveKit's clients never use it a second time"
    sealed = found["attributes"]["start"]
    assert unsealed(sealed) == Start(
        "alice-visitor-id", "kitchen", "ann", "default", unsealed(sealed).address, {}
    )
    assert "alice" not in json.dumps(found), "whose it is can be read by us alone"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"agents": [{"metadata": "no object"}]}, "room_config"),
        ({"agents": [{"metadata": "[]"}]}, "room_config"),
        ({"agents": [{"metadata": '{"a": 1}'}]}, "room_config"),
        ({"agents": [{"metadata": '{"strange": "x"}'}]}, "variables"),
        ({"agents": [{}, {}]}, "room_config"),
        ({"agents": "default"}, "room_config"),
    ],
)
async def test_a_room_config_that_is_not_right_names_the_field(
    alice: httpx.AsyncClient, config: dict[str, Any], field: str
):
    answer = await alice.post("/token", json={**STANDARD, "room_config": config})
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {field}


@pytest.mark.parametrize("config", [{}, {"agents": []}, {"agents": [{"agent_name": ""}]}])
async def test_a_room_config_that_names_nobody_means_the_default_agent(
    alice: httpx.AsyncClient, config: dict[str, Any]
):
    answer = await alice.post("/token", json={**STANDARD, "room_config": config})
    sealed = claims(answer.json()["participant_token"])["attributes"]["start"]
    assert unsealed(sealed).agent == "default"


async def test_tokens_that_start_sessions_are_limited_as_starts_are(
    alice: httpx.AsyncClient, settings
):
    settings.MAX_SESSIONS_PER_VISITOR = 0
    refused = await alice.post("/token", json={**STANDARD, "room_config": {}})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_sessions")
    assert (await alice.post("/token", json=STANDARD)).status_code == 201


def test_what_others_have_sealed_is_no_start(settings):
    sealed_text = sealed(Start("eve", "kitchen", "ann", "default"))
    settings.SECRET_KEY = "of-another-installation"
    assert unsealed(sealed_text) is None and unsealed("") is None and unsealed("é") is None


async def test_the_standard_token_endpoint_invents_what_it_is_not_told(alice: httpx.AsyncClient):
    first = claims((await alice.post("/token", json={})).json()["participant_token"])
    second = claims((await alice.post("/token", json={})).json()["participant_token"])
    assert first["sub"] != second["sub"]
    assert first["video"]["room"] != second["video"]["room"]


async def test_strangers_who_type_one_name_are_in_two_rooms(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
):
    rooms = [
        claims((await client.get("/token", params=WANTED)).json()["token"])["video"]["room"]
        for client in (alice, bob)
    ]
    assert rooms[0] != rooms[1]
    assert all(room.startswith("kitchen~") and len(room) == len("kitchen~") + 16 for room in rooms)


@pytest.mark.parametrize("identity", ["agent-1", "AGENT-x", " agent-1"])
async def test_identities_of_agents_are_reserved(alice: httpx.AsyncClient, identity: str):
    got = await alice.get("/token", params={**WANTED, "identity": identity})
    posted = await alice.post("/token", json={"participant_identity": identity})
    assert (got.status_code, list(got.json()["errors"])) == (400, ["identity"])
    assert (posted.status_code, list(posted.json()["errors"])) == (400, ["participant_identity"])


UNSEEN = {
    "right to left": "Ann\u202egnp.exe",
    "isolate": "\u2066Ann",
    "mark": "Ann\u200f",
    "zero width": "A\ufeffnn",
    "line": "Ann\nAdmin",
    "separator": "Ann\u2028Admin",
    "paragraph": "A\u2029nn",
    "control": "A\x1b[31mnn",
    "delete": "Ann\x7f",
    "c1": "A\x85nn",
}


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
async def test_a_name_has_no_signs_that_are_not_seen(alice: httpx.AsyncClient, name: str):
    got = await alice.get("/token", params={**WANTED, "name": name})
    posted = await alice.post("/token", json={"participant_name": name})
    assert (got.status_code, list(got.json()["errors"])) == (400, ["name"])
    assert (posted.status_code, list(posted.json()["errors"])) == (400, ["participant_name"])


async def test_half_a_sign_is_no_name(alice: httpx.AsyncClient):
    body = b'{"participant_name": "Ann\\ud800"}'
    posted = await alice.post("/token", content=body, headers={"Content-Type": "application/json"})
    assert (posted.status_code, list(posted.json()["errors"])) == (400, ["participant_name"])


@pytest.mark.parametrize(
    "name",
    [
        "Zo\u00eb",
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
        "\U0001f469\u200d\U0001f680",
        "O'Brien; <b>",
    ],
)
async def test_a_name_may_be_written_in_any_script(alice: httpx.AsyncClient, name: str):
    answer = await alice.get("/token", params={**WANTED, "name": name})
    assert claims(answer.json()["token"])["name"] == name
