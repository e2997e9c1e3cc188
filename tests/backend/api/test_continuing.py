"""`POST /session` with `continues`: an earlier session of one's own that has ended."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from fakes.visitors import ALICE
from voice_sessions import transcripts
from voice_sessions.actions import erasing, event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final
from voice_sessions.models import Session


async def start(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await client.post("/session", json={"room": "kitchen", "identity": "ann", **fields})


async def talk(client: httpx.AsyncClient, words: str, **fields: Any) -> str:
    """A session in which somebody said the words, and which has ended."""
    session_id: str = (await start(client, **fields)).json()["session_id"]
    await _say(session_id, words)
    return session_id


@sync_to_async
def _say(session_id: str, words: str) -> None:
    sessions.activate(session_id, 1)
    event_log.append(session_id, 1, Final(role="user", text=words, segment="u1"))
    sessions.end(session_id, EndReason.STOPPED)
    sessions.finish(session_id)


@sync_to_async
def known(session_id: str) -> list[str]:
    return [entry["text"] for entry in transcripts.earlier(session_id).entries]


async def test_its_agent_knows_what_was_said_in_all_that_it_continues(alice: httpx.AsyncClient):
    first = await talk(alice, "One.")
    second = await talk(alice, "Two.", continues=first)
    third = (await start(alice, continues=second)).json()["session_id"]
    assert await known(third) == ["One.", "Two."]
    told = (await alice.get(f"/session/{third}")).json()
    assert told["continues"] == second
    assert (await alice.get(f"/session/{first}")).json()["continues"] is None


async def test_it_goes_back_over_so_many_sessions(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(transcripts, "MOST_CONTINUED", 2)
    before = None
    for number in range(4):
        before = await talk(alice, f"{number}.", continues=before)
    last = (await start(alice, continues=before)).json()["session_id"]
    assert await known(last) == ["2.", "3."]


async def test_what_is_erased_is_not_known(alice: httpx.AsyncClient):
    first = await talk(alice, "One.")
    second = await talk(alice, "Two.", continues=first)
    await sync_to_async(erasing.erase)(ALICE, first)
    third = (await start(alice, continues=second)).json()["session_id"]
    assert await known(third) == ["Two."]


async def test_the_way_back_ends_at_what_is_erased(alice: httpx.AsyncClient):
    first = await talk(alice, "One.")
    second = await talk(alice, "Two.", continues=first)
    third = await talk(alice, "Three.", continues=second)
    await sync_to_async(erasing.erase)(ALICE, second)
    fourth = (await start(alice, continues=third)).json()["session_id"]
    assert await known(fourth) == ["Three."]


async def test_nobody_continues_what_is_not_theirs_or_erased_or_goes_on(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
):
    ended = await talk(alice, "One.")
    live = (await start(alice, room="garden")).json()["session_id"]
    answers = [
        await start(bob, continues=ended),
        await start(alice, continues=live),
        await start(alice, continues="nobody-has-this-id"),
    ]
    await sync_to_async(erasing.erase)(ALICE, ended)
    answers.append(await start(alice, continues=ended))
    for answer in answers:
        body = answer.json()
        assert (answer.status_code, body["code"]) == (404, "nothing_to_continue")
        assert list(body["errors"]) == ["continues"]
    assert await Session.objects.filter(continues__isnull=False).acount() == 0


@pytest.mark.parametrize("value", [7, ["x"], "x" * 33])
async def test_what_is_no_id_is_refused_by_name(alice: httpx.AsyncClient, value: Any):
    answer = await start(alice, continues=value)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["continues"])


@pytest.mark.parametrize("value", ["", None])
async def test_nothing_to_continue_is_a_new_conversation(alice: httpx.AsyncClient, value: Any):
    answer = await start(alice, continues=value)
    assert answer.status_code == 201
    assert await known(answer.json()["session_id"]) == []
