"""docs/webhooks.md: its receiver works as it stands, and its message is what is sent."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import HTTPServer
from typing import Any

import pytest
from agents.agent import DEFAULT
from django.utils import timezone
from support.processes import ROOT
from voice_sessions.endings import EndReason
from voice_sessions.models import Session
from webhooks import payloads, signing
from webhooks.models import EventType

PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
CODE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
SAMPLE = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, str]]:
    """The page's receiver, running: its port and its secret."""
    secret = signing.new_secret()
    monkeypatch.setenv("WEBHOOK_SECRET", secret)
    assert CODE
    code, _, last = CODE[1].strip().rpartition("\n")
    assert last.endswith(".serve_forever()")
    names: dict[str, Any] = {}
    exec(code, names)
    server = HTTPServer(("127.0.0.1", 0), names["Receiver"])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.server_address[1], secret
    server.shutdown()
    server.server_close()
    thread.join()


def send(port: int, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", body, headers)
    return connection.getresponse().status


def test_the_receiver_takes_what_is_signed_once(
    receiver: tuple[int, str], capsys: pytest.CaptureFixture[str]
) -> None:
    port, secret = receiver
    body = b'{"type":"session.ended","timestamp":"now","data":{"session_id":"s1"}}'
    signed = signing.headers("msg_1", int(time.time()), body, [signing.new_secret(), secret])
    assert [send(port, body, signed), send(port, body, signed)] == [204, 204]
    forged = signing.headers("msg_2", int(time.time()), body, [signing.new_secret()])
    assert send(port, body, forged) == 401
    old = signing.headers("msg_3", int(time.time()) - 3600, body, [secret])
    assert send(port, body, old) == 401
    assert capsys.readouterr().out == "session.ended s1\n"


def test_the_message_has_the_fields_that_are_sent(record: None) -> None:
    assert SAMPLE
    data = json.loads(SAMPLE[1])["data"]
    now = timezone.now()
    session = Session.objects.create(
        visitor="v", room="r", identity="i", started_at=now, ended_at=now, end_reason="stopped"
    )
    sent = {**payloads._about(session), **payloads._ended(session)}
    assert list(data) == list(sent) and sent["agent"] == DEFAULT
    assert list(data["usage"]) == list(sent["usage"])
    entry: Any = dict.fromkeys(("role", "text", "at", "typed", "interrupted", "filler"))
    assert list(data["transcript"][0]) == list(payloads._line(entry))
    assert list(data["tools"][0]) == list(payloads._TOOL)


def test_every_type_and_end_reason_is_named() -> None:
    assert all(f"| `{each}` |" in PAGE for each in (*EventType.values, "ping"))
    assert ", ".join(f"`{each}`" for each in EndReason.values) in " ".join(PAGE.split())
