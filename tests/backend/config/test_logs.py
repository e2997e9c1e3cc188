"""Logs share their ids, and no secret and nobody's words ever get into them."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from asgiref.sync import sync_to_async
from config.logs import logging_config
from django.conf import settings
from fakes.runtime import FakeRuntime
from fakes.socket import PageSocket
from fakes.visitors import visitor_token
from voice_sessions.actions import event_log, sessions
from voice_sessions.events import Final, Speech

CANARY = "canary-words-of-a-person"
SECRETS = ["a-key-of-the-speech-service"]


@pytest.fixture(params=["json", "console"])
def output(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is logged, at the most talkative level."""
    secrets = [*SECRETS, settings.VISITOR_SECRET, settings.LIVEKIT_API_SECRET]
    config = logging_config(level="DEBUG", json=request.param == "json", secrets=secrets)
    stream = io.StringIO()
    config["handlers"]["line"]["stream"] = stream
    logging.config.dictConfig(config)
    yield stream
    logging.config.dictConfig(settings.LOGGING)


@sync_to_async
def converse(session_id: str) -> None:
    sessions.activate(session_id, 1)
    event_log.append(session_id, 1, Speech(role="user", event="speech_started", segment="u"))
    event_log.append(session_id, 1, Final(role="user", text=CANARY, segment="u"))


async def test_rest_and_sockets_log_no_secrets_and_no_words(
    application: Any, alice: httpx.AsyncClient, runtime: FakeRuntime, output: io.StringIO
):
    wanted = {"room": "kitchen", "identity": "ann", "system_prompt": CANARY}
    livekit_token = (await alice.get("/token", params={"room": "a", "identity": "b"})).json()
    session_id = (await alice.post("/session", json=wanted)).json()["session_id"]
    await alice.post("/session", json={**wanted, "room": CANARY + "!"})
    await alice.post("/session", content=CANARY, headers={"Content-Type": "application/json"})
    await alice.get("/session/nope", headers={"Authorization": f"Bearer x{visitor_token()}"})
    await converse(session_id)
    await alice.get("/sessions", params={"q": CANARY})
    await alice.get(f"/transcripts/{session_id}")
    socket = await PageSocket(application, session_id).connect()
    await socket.until("caught_up")
    await socket.send(CANARY)
    await alice.delete(f"/session/{session_id}")
    await socket.until("session_ended")
    await socket.leave()
    logged = output.getvalue()
    for event in ("token_minted", "session_created", "session_ended", "socket_joined", "request_"):
        assert event in logged
    for secret in (CANARY, livekit_token["token"], settings.VISITOR_SECRET, "eyJ", "Bearer"):
        assert secret not in logged


@pytest.mark.parametrize(
    "secret",
    [
        "Bearer abc.def",
        "sk-proj-abcdefgh",
        "wss://h/rtc?access_token=eyJhbGciOiJIUzI1NiJ9.e30.sig",
        "?api_key=opensesame",
        visitor_token() if settings.configured else "",
        SECRETS[0],
    ],
)
def test_what_looks_like_a_secret_is_withheld(output: io.StringIO, secret: str):
    try:
        raise ValueError(f"refused {secret}")
    except ValueError:
        logging.getLogger("livekit.agents").exception("it said %s", secret)
        structlog.get_logger("api").error("failed", exc_info=True, reason={"is": [secret]})
    logged = output.getvalue()
    assert logged.count("ValueError at ") == 2
    assert "refused" not in logged
    assert secret not in logged
    assert "opensesame" not in logged


def test_libraries_are_never_more_talkative_than_info(output: io.StringIO):
    for name in ("livekit.agents", "livekit.plugins.openai", "openai._base_client", "httpx"):
        logging.getLogger(name).debug("%s", CANARY)
    for name in ("django.db.backends", "uvicorn.error", "aiohttp.access", "unknown.library"):
        logging.getLogger(name).debug("%s", CANARY)
    assert CANARY not in output.getvalue()


def test_what_libraries_attach_is_dropped_unless_it_is_harmless(output: io.StringIO):
    extra = {"user_transcript": CANARY, "messages": [CANARY], "attempt": 2}
    logging.getLogger("livekit.agents").warning("received", extra=extra)
    structlog.get_logger("api").info("seen", text=CANARY, system_prompt=CANARY)
    received, seen = output.getvalue().splitlines()
    assert CANARY not in received + seen
    assert "received" in received and "attempt" in received
    assert "seen" in seen and "system_prompt" in seen


class Echo(Exception):
    """An error of a library that repeats what it was sent."""

    status_code = 400


def fail_with_words(cause: bool = True) -> None:
    try:
        raise Echo(f"body={{'messages': ['{CANARY}']}}")
    except Echo as error:
        if cause:
            raise ValueError(CANARY) from error
        raise


def of_library(name: str) -> logging.Logger:
    return logging.getLogger(name)


@pytest.mark.parametrize("name", ["livekit.agents", "openai", "unknown.library", "asyncio"])
def test_what_libraries_put_into_a_message_is_left_out(output: io.StringIO, name: str):
    log = of_library(name)
    log.warning(f"no audio frames were pushed for text: {CANARY}")
    log.error("failed to say %s, retrying in %ss", CANARY, 0.5)
    log.error("failed to say %(words)s", {"words": CANARY})
    log.error(CANARY)
    log.error("\n".join(["Task exception was never retrieved", f"future: {CANARY}"]))
    log.error("The plain truth.")
    logged = output.getvalue()
    assert CANARY not in logged
    assert "no audio frames were pushed for text: …" in logged.replace("\\u2026", "…")
    assert "retrying in 0.5s" in logged
    assert "Task exception was never retrieved" in logged
    assert "The plain truth." in logged
    assert len(logged.splitlines()) == 6


def test_tracebacks_have_types_and_places_and_no_messages(output: io.StringIO):
    for log in (of_library("livekit.agents"), structlog.get_logger("api")):
        try:
            fail_with_words()
        except ValueError as error:
            log.error("Error in a task", exc_info=error)
            log.exception("Error in a task")
    own = structlog.get_logger("agent_manager")
    group = ExceptionGroup(CANARY, [OSError(111, CANARY), ValueError(CANARY)])
    own.warning("agent_not_joined", exc_info=group)
    logged = output.getvalue()
    assert CANARY not in logged
    assert logged.count("Echo[400] at ") == 4 and logged.count("fail_with_words") == 8
    assert "ConnectionRefusedError[ECONNREFUSED]" in logged


def test_a_library_that_was_made_talkative_stays_quiet(output: io.StringIO):
    for name in ("openai._base_client", "httpx", "livekit.agents"):
        log = of_library(name)
        log.setLevel(logging.DEBUG)
        try:
            log.debug("Request options: %s", {"messages": [CANARY]})
            log.info("Request options follow.")
        finally:
            log.setLevel(logging.NOTSET)
    assert output.getvalue() == ""


async def test_lines_of_a_session_share_request_and_session_ids(
    application: Any, alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    stream = io.StringIO()
    config = logging_config(level="INFO", json=True)
    config["handlers"]["line"]["stream"] = stream
    logging.config.dictConfig(config)
    seen: list[dict[str, Any]] = []

    async def start(_self: FakeRuntime, session_id: str) -> None:
        seen.append(structlog.contextvars.get_contextvars())

    monkeypatch.setattr(FakeRuntime, "start", start)
    wanted = {"room": "kitchen", "identity": "ann"}
    answer = await alice.post("/session", json=wanted, headers={"X-Request-ID": "req-1"})
    session_id = answer.json()["session_id"]
    socket = await PageSocket(application, session_id).connect()
    await socket.until("caught_up")
    await socket.leave()
    logging.config.dictConfig(settings.LOGGING)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    by_event = {line["event"]: line for line in lines}
    assert seen[0]["request_id"] == "req-1"
    assert by_event["session_created"]["request_id"] == "req-1"
    assert by_event["request_finished"]["request_id"] == "req-1"
    assert by_event["session_created"]["session_id"] == session_id
    for event in ("socket_joined", "socket_left"):
        assert by_event[event]["session_id"] == session_id
        assert by_event[event]["request_id"] not in ("", "req-1")
