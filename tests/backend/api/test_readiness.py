"""`GET /health` and `GET /ready`"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from api import readiness
from config.services import Service
from support.ports import free_port


class Answering:
    """A server that answers every GET with `status` and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append((self.path, self.headers.get("Authorization", "")))
                self.send_response(service.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"OK")

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def development(settings: Any) -> None:
    """Everybody is told what otherwise only staff are."""
    settings.DEVELOPMENT = True


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    monkeypatch.setattr(readiness, "TIMEOUT", 10.0)
    found = Answering()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.05,))
    thread.start()
    settings.LIVEKIT_URL = found.url.replace("http", "ws")
    settings.SERVICES = {
        "stt": Service(f"{found.url}/v1", "stt-key", "m", offline=True),
        "llm": Service(f"{found.url}/v1", "llm-key", "m"),
        "tts": Service(f"http://127.0.0.1:{free_port()}/v1", "tts-key", "m"),
    }
    readiness.forget()
    yield found
    readiness.forget()
    found.server.shutdown()
    thread.join()
    found.server.server_close()


async def test_health_touches_nothing(stranger: httpx.AsyncClient, monkeypatch):
    from django.db.backends.utils import CursorWrapper

    def refuse(*_args: Any) -> None:
        raise AssertionError("health touched the database")

    with monkeypatch.context() as guarded:
        guarded.setattr(CursorWrapper, "execute", refuse)
        answer = await stranger.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("client", ["staff", "stranger in development"])
async def test_ready_has_a_line_for_each_dependency(
    staff: httpx.AsyncClient, stranger: httpx.AsyncClient, service: Answering, settings, client: str
):
    settings.DEVELOPMENT = client != "staff"
    settings.MAX_SESSIONS = 8
    answer = await (staff if client == "staff" else stranger).get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {
            "database": {"status": "ok"},
            "channel_layer": {"status": "ok"},
            "livekit": {"status": "ok"},
        },
        "speech": {
            "stt": {"status": "ok", "offline": True},
            "llm": {"status": "ok", "offline": False},
            "tts": {"status": "unreachable", "offline": False},
        },
        "seats": {"all": 8, "free": 8, "workers": None},
    }


@pytest.mark.parametrize("livekit_answers", [True, False])
async def test_everybody_learns_whether_it_is_ready_and_which_speech_is_a_demo(
    stranger: httpx.AsyncClient, service: Answering, settings, livekit_answers: bool
):
    if not livekit_answers:
        settings.LIVEKIT_URL = f"ws://127.0.0.1:{free_port()}"
    answer = await stranger.get("/ready")
    assert answer.status_code == (200 if livekit_answers else 503)
    assert answer.json() == {
        "status": "ok" if livekit_answers else "unavailable",
        "speech": {
            "stt": {"offline": True},
            "llm": {"offline": False},
            "tts": {"offline": False},
        },
    }


@pytest.mark.usefixtures("development")
async def test_each_speech_service_gets_its_own_key(
    stranger: httpx.AsyncClient, service: Answering
):
    await stranger.get("/ready")
    keys = {key for path, key in service.asked if path == "/v1/models"}
    assert keys == {"Bearer stt-key", "Bearer llm-key"}


@pytest.mark.usefixtures("development")
async def test_speech_services_are_not_asked_again_and_again(
    stranger: httpx.AsyncClient, service: Answering
):
    for _ in range(3):
        await stranger.get("/ready")
    assert len([path for path, _ in service.asked if path == "/v1/models"]) == 2
    assert len([path for path, _ in service.asked if path == "/"]) == 3


async def test_a_refused_key_is_told_and_fails_nothing(
    stranger: httpx.AsyncClient, service: Answering, settings
):
    service.status = 401
    report = await readiness.report()
    assert report["speech"]["llm"]["status"] == "refused"


@pytest.mark.usefixtures("development")
async def test_without_livekit_it_is_not_ready(
    stranger: httpx.AsyncClient, service: Answering, settings
):
    settings.LIVEKIT_URL = f"ws://127.0.0.1:{free_port()}"
    answer = await stranger.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"]["livekit"]["status"] == "unreachable"
    assert answer.json()["checks"]["database"] == {"status": "ok"}


@pytest.mark.usefixtures("development")
async def test_without_its_database_it_is_not_ready(
    stranger: httpx.AsyncClient, service: Answering, monkeypatch: pytest.MonkeyPatch
):
    from django.db import DatabaseError

    def fail() -> None:
        raise DatabaseError("secret place")

    monkeypatch.setattr(readiness, "_ask_database", fail)
    answer = await stranger.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["status"] == "unreachable"
    assert "secret place" not in answer.text
