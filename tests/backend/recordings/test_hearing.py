"""`GET /transcripts/{id}/recording`: all of it, any part of it, and for whom."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from agent_manager.recording.encoder import Encoder
from asgiref.sync import sync_to_async
from fakes.recorded import BEGAN, keep, objects, recorded_session, talk, tone
from fakes.stereo import LOUD, QUIET, decoded, loudness
from operators.models import AuditEntry
from voice_sessions.recordings import keeping, storage

WANTED = {"room": "kitchen", "identity": "ann"}


def path_of(session_id: str) -> str:
    return f"/transcripts/{session_id}/recording"


async def test_the_whole_is_one_file_of_both_voices(alice: httpx.AsyncClient) -> None:
    session_id = await talk(seconds=12)
    answer = await alice.get(path_of(session_id), headers={"Accept": "audio/*"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/ogg"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert (answer.headers["accept-ranges"], answer.headers["cache-control"]) == (
        "bytes",
        "no-store",
    )
    person, agent = decoded(answer.content)
    assert loudness(person, 0.1, 5.9) > LOUD > QUIET > loudness(agent, 0.1, 5.9)
    told = (await alice.get(f"/transcripts/{session_id}")).json()
    assert told["recorded"] is True
    drawn = told["recording"].pop("waveform")
    assert (len(drawn["person"]), len(drawn["agent"])) == (121, 121)
    assert min(drawn["person"][:60]) > 40 and max(drawn["person"][60:]) == 0
    assert max(drawn["agent"][:60]) == 0 and min(drawn["agent"][60:120]) > 40
    assert told["recording"] == {
        "started_at": BEGAN.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "seconds": 12.0,
        "size": len(answer.content),
    }


async def test_spans_are_answered_as_players_ask_for_them(alice: httpx.AsyncClient) -> None:
    session_id = await talk()
    path = path_of(session_id)
    whole = (await alice.get(path)).content
    size, tag = len(whole), (await alice.head(path)).headers["etag"]
    for asked, first, end in [
        ("bytes=0-", 0, size),
        ("bytes=100-199", 100, 200),
        (f"bytes={size - 10}-{size + 500}", size - 10, size),
        ("bytes=-300", size - 300, size),
        (f"bytes=-{size * 2}", 0, size),
    ]:
        answer = await alice.get(path, headers={"Range": asked, "If-Range": tag})
        assert (answer.status_code, answer.content) == (206, whole[first:end])
        assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{size}"
    for asked in (f"bytes={size}-", "bytes=-0", "bytes=5-2"):
        answer = await alice.get(path, headers={"Range": asked})
        assert (answer.status_code, answer.json()["code"]) == (416, "no_such_range")
        assert answer.headers["content-range"] == f"bytes */{size}"
    for ignored in ({"Range": "lines=1-2"}, {"Range": "bytes=0-9", "If-Range": '"another"'}):
        assert (await alice.get(path, headers=ignored)).content == whole


async def test_the_head_says_what_the_whole_has(alice: httpx.AsyncClient) -> None:
    path = path_of(await talk())
    whole, head = await alice.get(path), await alice.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "accept-ranges"):
        assert head.headers[name] == whole.headers[name]


async def test_only_its_owner_and_staff_hear_it(
    alice: httpx.AsyncClient,
    bob: httpx.AsyncClient,
    staff: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
) -> None:
    path = path_of(await talk())
    assert (await alice.get(path)).status_code == 200
    for _ in range(2):
        assert (await staff.get(path)).status_code == 200
    heard = [(each.by, each.action) async for each in AuditEntry.objects.all()]
    assert heard == [("root", "session.heard")], "once, however many parts a player asks for"
    refused = await bob.get(path)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert (await stranger.get(path)).status_code == 401
    assert (await staff.get(path_of("unknown"))).status_code == 404


async def test_a_session_that_was_not_recorded_says_so(alice: httpx.AsyncClient) -> None:
    session_id = (await alice.post("/session", json=WANTED)).json()["session_id"]
    answer = await alice.get(path_of(session_id))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_recording")


async def test_consent_counts_where_the_operator_asks_for_it(
    alice: httpx.AsyncClient, settings: Any
) -> None:
    agreed = {**WANTED, "recorded": True}
    assert (await alice.post("/session", json=agreed)).json()["recorded"] is False
    settings.RECORDING = "ask"
    started = (await alice.post("/session", json={**agreed, "room": "garden"})).json()
    assert started["recorded"] is True
    listed = (await alice.get("/sessions")).json()["sessions"]
    assert [each["recorded"] for each in listed] == [True, False]
    answer = await alice.post("/session", json={**WANTED, "room": "attic", "recorded": "yes"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["recorded"])


async def test_what_is_deleted_is_gone_from_the_storage(
    alice: httpx.AsyncClient, folder: Path
) -> None:
    session_id, kept = await talk(), await talk(room="garden")
    await sync_to_async(storage.save)(session_id, b"of a writer that died before it told")
    assert len(objects(folder)) == 7
    assert (await alice.delete(f"/transcripts/{session_id}")).status_code == 204
    assert (await alice.get(path_of(session_id))).status_code == 404
    await sync_to_async(keeping.sweep)()
    assert objects(folder) == [kept] * 3
    assert (await alice.get(path_of(kept))).status_code == 200
    assert (await alice.delete("/sessions")).status_code == 204
    await sync_to_async(keeping.sweep)()
    assert objects(folder) == []


async def test_a_storage_that_is_away_is_emptied_when_it_is_back(
    alice: httpx.AsyncClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = await talk()
    await alice.delete(f"/transcripts/{session_id}")
    with monkeypatch.context() as away:
        away.setattr(storage, "delete_all", fails)
        with pytest.raises(OSError):
            await sync_to_async(keeping.sweep)()
        assert (await alice.get(path_of(session_id))).status_code == 404
    await sync_to_async(keeping.sweep)()
    assert objects(folder) == []


async def test_a_storage_that_is_away_is_told_before_any_byte(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(await talk())
    monkeypatch.setattr(storage, "read", fails)
    answer = await alice.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "recording_unavailable")


async def test_every_piece_is_read_by_the_storages_own_threads(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(await talk())
    threads: list[str] = []
    read = storage.read

    def read_by(key: str) -> bytes:
        threads.append(threading.current_thread().name)
        return read(key)

    monkeypatch.setattr(storage, "read", read_by)
    assert (await alice.get(path)).status_code == 200
    assert len(threads) == 3 and all(name.startswith("recordings") for name in threads)


async def test_a_session_that_goes_on_is_heard_so_far(alice: httpx.AsyncClient) -> None:
    session_id = await sync_to_async(recorded_session)()
    assert (await alice.get(path_of(session_id))).status_code == 404
    packets = await sync_to_async(Encoder().encode)(tone(5), tone(5, 0))
    for number in range(2):
        await sync_to_async(keep)(session_id, number, number * 5.0, packets)
        heard = decoded((await alice.get(path_of(session_id))).content)
        assert heard.shape[1] == (number + 1) * 5 * 48_000 - 312


def fails(*_: object) -> None:
    raise OSError("away")
