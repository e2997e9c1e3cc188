"""LiveKit's webhooks: only signed ones count, and only as a reason to look."""

from __future__ import annotations

import base64
import hashlib

import httpx
import pytest
from django.conf import settings
from google.protobuf.json_format import MessageToJson
from livekit import api
from media_server.names import installation_id
from wakeups import wake


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that the supervisors were woken."""
    found: list[str] = []

    async def note() -> None:
        found.append("look")

    monkeypatch.setattr(wake, "rooms_changed", note)
    return found


def left(installation: str) -> str:
    room = api.Room(name="room", metadata=installation)
    return MessageToJson(api.WebhookEvent(event="participant_left", room=room, id="EV_1"))


def joined(kind: api.ParticipantInfo.Kind.ValueType) -> str:
    room = api.Room(name="room", metadata=installation_id())
    who = api.ParticipantInfo(identity="ada", kind=kind)
    event = api.WebhookEvent(event="participant_joined", room=room, participant=who, id="EV_2")
    return MessageToJson(event)


def signed(body: str, secret: str = "") -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    key = settings.LIVEKIT_API_KEY, secret or settings.LIVEKIT_API_SECRET
    token = api.AccessToken(*key).with_sha256(digest).to_jwt()
    return {"Authorization": token, "Content-Type": "application/webhook+json"}


async def send(client: httpx.AsyncClient, body: str, headers: dict[str, str]) -> httpx.Response:
    return await client.post("/livekit-webhook", content=body, headers=headers)


async def test_a_signed_webhook_makes_the_supervisor_look(
    browser,
    looks: list[str],  # type: ignore[no-untyped-def]
) -> None:
    body, client = left(installation_id()), browser(None)
    for count in (1, 2, 3):
        assert (await send(client, body, signed(body))).status_code == 200
        assert len(looks) == count


@pytest.mark.parametrize("body", [left("somebody-else"), "{}"])
async def test_what_happens_to_others_is_not_ours(
    browser,
    looks: list[str],
    body: str,  # type: ignore[no-untyped-def]
) -> None:
    assert (await send(browser(None), body, signed(body))).status_code == 200
    assert looks == []


async def test_a_webhook_that_is_not_signed_by_livekit_is_refused(
    browser,
    looks: list[str],  # type: ignore[no-untyped-def]
) -> None:
    body, client = left(installation_id()), browser(None)
    forged = [signed(body, "x" * 40), signed(body + " "), {"Authorization": "nonsense"}, {}]
    for headers in forged:
        answer = await send(client, body, headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert looks == []


async def test_a_person_who_joins_is_looked_at_at_once_and_an_agent_need_not_be(
    browser,
    looks: list[str],  # type: ignore[no-untyped-def]
) -> None:
    client, kinds = browser(None), api.ParticipantInfo.Kind
    for kind, count in ((kinds.AGENT, 0), (kinds.STANDARD, 1), (kinds.SIP, 2)):
        body = joined(kind)
        assert (await send(client, body, signed(body))).status_code == 200
        assert len(looks) == count
