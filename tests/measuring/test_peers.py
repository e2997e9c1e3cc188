"""Other projects' agents in the bench: what is installed, and how a person reaches them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bench.peers.installation import Missing, _step, install
from bench.peers.routes import End, Place, app_for
from bench.peers.rows import peers

NOBODY = "http://127.0.0.1:9/"
SECRET = "a secret of at least thirty-two characters"


def installed(folder: Path) -> Path:
    """An environment that looks as if the lock had been installed in it."""
    step = _step(folder)
    python = step.outputs[0]
    python.parent.mkdir(parents=True)
    python.touch()
    step.mark_done()
    return python


@pytest.mark.processes
def test_without_a_registry_one_sentence_is_printed_and_the_other_peers_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", NOBODY)
    monkeypatch.setenv("PIP_RETRIES", "1")
    rows = peers(tmp_path / "peers")
    assert [row.name for row in rows] == ["livekit tuned", "livekit streaming"]
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("Pipecat for the bench could not be fetched")
    assert said.endswith("so it is not measured.") and said.count(".") == 1


def test_an_environment_from_the_same_lock_is_kept(tmp_path: Path) -> None:
    python = installed(tmp_path)
    assert install(tmp_path) == python


@pytest.mark.processes
def test_an_environment_from_another_lock_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path)
    (tmp_path / "peers.stamp").write_text("of another lock")
    monkeypatch.setenv("PIP_INDEX_URL", NOBODY)
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(Missing):
        install(tmp_path)


def test_pipecat_runs_in_its_own_environment_and_livekit_in_ours(tmp_path: Path) -> None:
    python = str(installed(tmp_path))
    own = {row.name for row in peers(tmp_path) if row.python == python}
    assert own == {"pipecat quick", "pipecat streaming", "pipecat patient"}


class Agents:
    """Stands for a peer: notes which agents were started and ended."""

    def __init__(self) -> None:
        self.started: list[Place] = []
        self.ended: list[str] = []

    async def start(self, place: Place) -> End:
        self.started.append(place)

        async def end() -> None:
            self.ended.append(place.room)

        return end


@pytest.fixture
def agents() -> Agents:
    return Agents()


@pytest.fixture
async def client(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    monkeypatch.setenv("LIVEKIT_URL", "ws://127.0.0.1:7880")
    monkeypatch.setenv("LIVEKIT_API_KEY", "key")
    monkeypatch.setenv("LIVEKIT_API_SECRET", SECRET)
    async with TestClient(TestServer(app_for(agents.start))) as client:
        yield client


async def test_a_session_starts_an_agent_in_the_persons_room_and_ends_it(
    client: TestClient[web.Request, web.Application], agents: Agents
) -> None:
    body = {"room": "a room", "identity": "alice", "system_prompt": "You talk with alice."}
    answer = await client.post("/session", json=body)
    assert (answer.status, await answer.json()) == (201, {"session_id": "a room"})
    (place,) = agents.started
    assert (place.room, place.prompt) == ("a room", "You talk with alice.")
    assert allowed(place.token) == ("agent", "a room")
    assert agents.ended == []
    assert (await client.delete("/session/a room")).status == 200
    assert agents.ended == ["a room"]


async def test_a_person_gets_a_token_for_the_room(
    client: TestClient[web.Request, web.Application],
) -> None:
    answer = await client.get("/token", params={"room": "a room", "identity": "alice"})
    told = await answer.json()
    assert told["server_url"] == "ws://127.0.0.1:7880"
    assert allowed(told["token"]) == ("alice", "a room")


def allowed(token: str) -> tuple[str, str]:
    """Who may join which room with a token."""
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims["video"]["roomJoin"] is True
    return claims["sub"], claims["video"]["room"]
