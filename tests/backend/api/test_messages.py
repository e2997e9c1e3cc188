"""`POST /session/{id}/messages`: what a person types."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from fakes.runtime import FakeRuntime
from voice_sessions import queries
from voice_sessions.actions import sessions
from voice_sessions.endings import EndReason
from voice_sessions.models import Event, Session

HEARTS = "\u2764" * 2000


def address(session: Session) -> str:
    return f"/session/{session.id}/messages"


async def stored(session: Session) -> list[dict[str, Any]]:
    return [event.message async for event in Event.objects.filter(session=session, type="final")]


async def test_what_was_typed_is_an_event_before_the_answer(
    alice: httpx.AsyncClient, session: Session
):
    answer = await alice.post(address(session), json={"text": "  Is there parking?\n", "id": "a-1"})
    assert answer.status_code == 202
    line = answer.json()
    assert await stored(session) == [line]
    assert line == {
        "role": "user",
        "text": "Is there parking?",
        "segment": "typed.a-1",
        "final": True,
        "typed": True,
        "seq": 2,
        "order": 2,
        "at": line["at"],
    }
    (entry,) = (await alice.get(f"/transcripts/{session.id}")).json()["entries"]
    assert (entry["text"], entry["typed"], entry["at"]) == (line["text"], True, line["at"])
    titles = (await alice.get("/sessions")).json()["sessions"]
    assert [each["title"] for each in titles] == ["Is there parking?"]


async def test_the_same_id_again_is_one_line_also_after_the_end(
    alice: httpx.AsyncClient, session: Session
):
    message = {"text": "Once.", "id": "7"}
    first = await alice.post(address(session), json=message)
    assert (await alice.post(address(session), json=message)).json() == first.json()
    await alice.delete(f"/session/{session.id}")
    again = await alice.post(address(session), json=message)
    assert (again.status_code, again.json()) == (202, first.json())
    assert len(await stored(session)) == 1


async def test_without_an_id_each_is_a_line_of_its_own(alice: httpx.AsyncClient, session: Session):
    seqs = [(await alice.post(address(session), json={"text": "Yes."})).json()["seq"]]
    seqs.append((await alice.post(address(session), json={"text": "Yes."})).json()["seq"])
    assert seqs == [2, 3]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": " \n\t\u00a0"}, "text"),
        ({"text": "\0\u200b\ud800"}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": 7}, "text"),
        ({"text": None}, "text"),
        ({"text": "x", "id": "a b"}, "id"),
        ({"text": "x", "id": "x" * 41}, "id"),
        ({"text": "x", "id": ""}, "id"),
        ({"text": "x", "id": 5}, "id"),
    ],
)
async def test_what_is_wrong_is_named(
    alice: httpx.AsyncClient, session: Session, body: dict[str, Any], field: str
):
    answer = await alice.post(
        address(session), content=_json(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert await stored(session) == []


async def test_an_id_stands_for_one_text(alice: httpx.AsyncClient, session: Session):
    await alice.post(address(session), json={"text": "Yes.", "id": "1"})
    answer = await alice.post(address(session), json={"text": "No.", "id": "1"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["id"])
    assert [line["text"] for line in await stored(session)] == ["Yes."]


@pytest.mark.parametrize(
    ("text", "kept"), [(HEARTS, HEARTS), ("a\0b\ud83d\ude00\udc00", "ab\U0001f600")]
)
async def test_text_is_mended_and_may_have_2000_characters(
    alice: httpx.AsyncClient, session: Session, text: str, kept: str
):
    answer = await alice.post(
        address(session),
        content=_json({"text": text}),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json().get("text")) == (202, kept)


async def test_nobody_types_into_what_is_not_theirs_or_not_there(
    bob: httpx.AsyncClient, stranger: httpx.AsyncClient, session: Session
):
    message = {"text": "Hello."}
    assert (await bob.post(address(session), json=message)).status_code == 404
    assert (await bob.post("/session/no-such/messages", json=message)).status_code == 404
    assert (await stranger.post(address(session), json=message)).status_code == 401
    assert await stored(session) == []


async def test_after_the_end_and_while_it_ends_nothing_is_stored(
    alice: httpx.AsyncClient, session: Session
):
    await sync_to_async(sessions.end)(session.id, EndReason.STOPPED)
    ending = await alice.post(address(session), json={"text": "Wait."})
    await sync_to_async(sessions.finish)(session.id)
    ended = await alice.post(address(session), json={"text": "Wait."})
    for answer in (ending, ended):
        assert (answer.status_code, answer.json()["code"]) == (409, "session_over")
    last = await Event.objects.filter(session=session).order_by("-seq").afirst()
    assert last is not None and last.type == "session_ended"


async def test_typing_has_a_limit_of_its_own(
    alice: httpx.AsyncClient, session: Session, settings: Any
):
    settings.REQUESTS_PER_MINUTE = 4
    for _ in range(2):
        assert (await alice.post(address(session), json={"text": "Hi."})).status_code == 202
    refused = await alice.post(address(session), json={"text": "Hi."})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) > 0
    assert (await alice.get(f"/session/{session.id}")).status_code == 200


async def test_the_agent_sees_it_with_its_next_beat(
    alice: httpx.AsyncClient, session: Session, runtime: FakeRuntime
):
    seq = (await alice.post(address(session), json={"text": "Hello."})).json()["seq"]
    look = await sync_to_async(queries.look)(session.id, 1)
    assert look == (queries.Standing.HELD, seq)


def _json(body: dict[str, Any]) -> bytes:
    """The body with lone surrogates as JSON may spell them."""
    return json.dumps(body).encode()
