"""The server that people run: real HTTP and WebSockets, its limits, its start and its end."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from asgiref.sync import sync_to_async
from fakes.runtime import FakeRuntime
from fakes.visitors import visitor_token
from serving import server
from support import waiting
from support.backend import empty_record
from support.limits import in_time
from support.ports import free_port
from support.processes import ROOT, Process
from support.waiting import until_async
from voice_sessions.actions import sessions
from voice_sessions.models import Session

PROTOCOL = "voice-agent.v1"
WANTED = {"room": "kitchen", "identity": "ann"}
FLOOD = 400
"""Events of 40 kB: more than the buffers of a loopback connection hold."""
POURED = 50_000_000
"""Bytes, far more than is read of a refused body and than those buffers hold."""
BACKEND = ROOT / "django_backend"


class Running:
    """A server in the test's own event loop."""

    def __init__(self, settings: Any) -> None:
        settings.BACKEND_PORT = free_port()
        self.place = f"127.0.0.1:{settings.BACKEND_PORT}"
        self.server = server.Server(server.configuration())
        self.task = asyncio.create_task(self.server._serve())

    async def stop(self) -> float:
        """The seconds that the server took to end."""
        begun = time.monotonic()
        self.server.should_exit = True
        await self.task
        return time.monotonic() - begun

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {visitor_token()}"}
        return httpx.AsyncClient(base_url=f"http://{self.place}", headers=headers, timeout=30)

    def socket(self, session_id: str, query: str = "") -> Any:
        return websockets.connect(
            f"ws://{self.place}/ws/transcript/{session_id}{query}",
            subprotocols=[PROTOCOL, visitor_token()],
            compression=None,
            proxy=None,
        )


@pytest.fixture
async def running(record: None, runtime: FakeRuntime, settings: Any) -> AsyncIterator[Running]:
    found = Running(settings)
    await until_async(lambda: found.server.started or found.task.done(), what="the server starts")
    assert not found.task.done()
    yield found
    if not found.task.done():
        await found.stop()


async def session_of(running: Running) -> str:
    async with running.client() as client:
        return (await client.post("/session", json=WANTED)).json()["session_id"]


async def until(page: Any, event: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not found or found[-1].get("event") != event:
        found.append(json.loads(await asyncio.wait_for(page.recv(), 20)))
    return found


async def close_code(page: Any) -> int:
    with pytest.raises(websockets.ConnectionClosed):
        while True:
            await asyncio.wait_for(page.recv(), 20)
    return page.close_code


async def test_the_runtime_opens_before_anybody_is_let_in(running: Running, runtime: FakeRuntime):
    assert runtime.opened


async def test_a_socket_over_the_network(running: Running):
    session_id = await session_of(running)
    async with running.socket(session_id) as page:
        assert page.subprotocol == PROTOCOL
        assert [message["event"] for message in await until(page, "caught_up")] == ["caught_up"]
        await sync_to_async(sessions.activate)(session_id, 1)
        assert (await until(page, "session_started"))[0]["seq"] == 1


async def test_a_refused_socket_shows_its_code(running: Running):
    async with running.socket("nope") as page:
        assert await close_code(page) == 4404
    async with websockets.connect(f"ws://{running.place}/ws/transcript/x", proxy=None) as page:
        assert await close_code(page) == 4401


async def test_a_message_over_4_kib_closes_with_1009(running: Running):
    async with running.socket(await session_of(running)) as page:
        await until(page, "caught_up")
        await page.send("x" * 4096)
        await page.send("ping")
        await until(page, "pong")
        await page.send("x" * 4097)
        assert await close_code(page) == 1009


@pytest.mark.parametrize("length", ["Transfer-Encoding: chunked", "Content-Length: 10000000"])
async def test_a_huge_body_is_refused_while_it_arrives(running: Running, length: str):
    def upload() -> tuple[int, str]:
        connection = http.client.HTTPConnection(running.place, timeout=20)
        connection.putrequest("POST", "/session")
        connection.putheader("Content-Type", "application/json")
        connection.putheader(*length.split(": "))
        connection.endheaders()
        for _ in range(400):  # never finished: the answer has to come before the end
            connection.send(b"400\r\n" + b"a" * 1024 + b"\r\n")
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"]

    assert await asyncio.to_thread(upload) == (413, "application/problem+json")


async def test_who_never_stops_sending_a_huge_body_is_cut_off(running: Running):
    def pour() -> int:
        host, port = running.place.split(":")
        head = f"POST /session HTTP/1.1\r\nHost: {running.place}\r\nContent-Length: 100000000\r\n"
        taken = 0
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(head.encode() + b"\r\n")
            with contextlib.suppress(ConnectionError):
                while taken < POURED:
                    taken += connection.send(b"a" * 65536)
        return taken

    assert await asyncio.to_thread(pour) < POURED


async def test_a_client_that_hangs_up_cancels_no_start(running: Running, runtime: FakeRuntime):
    runtime.gate.clear()

    def hang_up() -> None:
        body = json.dumps(WANTED)
        head = (
            f"POST /session HTTP/1.1\r\nHost: {running.place}\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: Bearer {visitor_token()}\r\nContent-Type: application/json\r\n\r\n"
        )
        host, port = running.place.split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall((head + body).encode())
            while not runtime.started:
                time.sleep(0.02)

    await asyncio.to_thread(hang_up)
    asked = asyncio.create_task(session_of(running))
    await asyncio.sleep(0.2)  # the server hears of the hang-up
    runtime.gate.set()
    assert await asked == runtime.started[0]
    assert runtime.loop is asyncio.get_running_loop()
    assert len(runtime.started) == 1


async def test_sessions_end_and_their_sockets_hear_of_it_before_the_server_ends(running: Running):
    session_id = await session_of(running)
    async with running.socket(session_id) as page:
        await until(page, "caught_up")
        stopping = asyncio.create_task(running.stop())
        messages = await until(page, "session_ended")
        assert messages[-1]["reason"] == "shutdown"
        assert await close_code(page) == 1000
        assert in_time(await stopping, 5)
    assert (await Session.objects.aget(id=session_id)).state == "ended"


async def test_a_socket_of_a_session_that_goes_on_is_told_to_come_back(
    running: Running, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
):
    async def leave_them() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(runtime, "shutdown", leave_them)
    monkeypatch.setattr(server, "RUNTIME_SECONDS", 0.2)
    async with running.socket(await session_of(running)) as page:
        await until(page, "caught_up")
        stopping = asyncio.create_task(running.stop())
        assert await close_code(page) == 1012
        assert in_time(await stopping, 5)


async def test_who_reads_no_more_is_cut_off_in_the_end(
    running: Running, monkeypatch: pytest.MonkeyPatch
):
    from channels_app import pump

    monkeypatch.setattr(pump, "SEND_SECONDS", 3.0)
    monkeypatch.setattr(server, "ABORT_SECONDS", 0.3)
    session_id = await session_of(running)
    async with running.socket(session_id) as healthy, running.socket(session_id) as page:
        await until(healthy, "caught_up")
        await until(page, "caught_up")
        page.transport.pause_reading()
        draining = asyncio.create_task(_drain(healthy))
        await asyncio.to_thread(_flood, session_id)
        await until_async(
            lambda: len(running.server.server_state.connections) == 1, what="the cut", seconds=40
        )
        assert await draining == FLOOD
        page.transport.abort()  # its library would wait 10 s for a close that nobody reads


async def _drain(page: Any) -> int:
    seq = 0
    while seq < FLOOD:
        seq = json.loads(await asyncio.wait_for(page.recv(), 40))["seq"]
    return seq


def _flood(session_id: str) -> None:
    from django.db import connections
    from django.utils import timezone
    from voice_sessions.models import Event

    payload = {"event": "error", "code": "test", "message": "x" * 40_000, "fatal": False}
    Event.objects.bulk_create(
        Event(session_id=session_id, seq=n, type="error", payload=payload, at=timezone.now())
        for n in range(1, FLOOD + 1)
    )
    Session.objects.filter(id=session_id).update(last_seq=FLOOD)
    connections.close_all()


def backend(tmp_path: Path, **env: str | None) -> Process:
    places = {"DATA_DIR": str(tmp_path), "BACKEND_PORT": str(free_port()), "DEBUG": "true"}
    unset = {name: None for name in ("DATABASE_URL", "CHANNEL_LAYERS", "DJANGO_SETTINGS_MODULE")}
    return Process(
        [sys.executable, "-m", "serving.server"], env={**unset, **places, **env}, cwd=BACKEND
    )


@pytest.mark.processes
def test_a_database_without_its_tables_stops_the_start(tmp_path: Path):
    with backend(tmp_path) as process:
        assert process.wait(seconds=60) != 0
        assert "manage.py migrate" in process.output()
        assert "Traceback" not in process.output()


@pytest.mark.processes
def test_an_unreachable_database_stops_the_start(tmp_path: Path):
    url = f"postgres://nobody:nothing@127.0.0.1:{free_port()}/none"
    with backend(tmp_path, DATABASE_URL=url) as process:
        assert process.wait(seconds=60) != 0
        assert "cannot be reached" in process.output()
        assert "nothing" not in process.output()


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_starts_answers_and_ends(tmp_path: Path, number: signal.Signals):
    port = str(free_port())
    env = {"DATA_DIR": str(tmp_path), "BACKEND_PORT": port, "DEBUG": "true"}
    shutil.copy(empty_record(), tmp_path)
    with backend(tmp_path, **env) as process:
        process.wait_until_answers(f"http://127.0.0.1:{port}/health")
        process._signal(signal.SIGUSR1)
        waiting.until(lambda: "in_use" in process.output(), what="it tells what it is busy with")
        begun = time.monotonic()
        process._signal(number)
        process.wait(seconds=30)
        assert in_time(time.monotonic() - begun, 5)
        assert "Traceback" not in process.output()


@pytest.mark.processes
def test_without_secrets_nothing_starts_outside_debug(tmp_path: Path):
    secrets = ("DJANGO_SECRET_KEY", "VISITOR_SECRET", "LIVEKIT_API_SECRET", "LIVEKIT_API_KEY")
    unset = {name: None for name in (*secrets, "DJANGO_ALLOWED_HOSTS")}
    with backend(tmp_path, **{**unset, "DEBUG": "false", "CORS_ORIGINS": "*"}) as process:
        assert process.wait(seconds=60) == 1
        lines = process.output().strip().splitlines()
    assert len(lines) == 6
    for name in (*unset, "CORS_ORIGINS"):
        assert any(line.startswith(name) and "set it to" in line for line in lines)
