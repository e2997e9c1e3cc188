"""`WS /ws/transcript/{id}`: every message, everything once and in order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels_app import pump
from django.utils import timezone
from fakes.socket import PROTOCOL, Open, PageSocket
from voice_sessions import followers
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import SOCKET_MESSAGES, ErrorEvent, Final, Speech
from voice_sessions.models import Session, State
from wakeups import wake
from wakeups.groups import session_group

pytestmark = pytest.mark.usefixtures("record", "runtime")
SESSION_ID = "session-of-alice"
AT = "2026-01-31T12:00:00.000Z"
THINKING = {"role": "agent", "event": "thinking_started", "at": AT}


def interim(segment: str, text: str) -> dict[str, Any]:
    return {"role": "user", "text": text, "final": False, "segment": segment, "at": AT}


@sync_to_async
def write(*messages: Any) -> None:
    for message in messages:
        event_log.append(SESSION_ID, 1, message)


@sync_to_async
def end(reason: EndReason = EndReason.STOPPED) -> None:
    sessions.end(SESSION_ID, reason)
    sessions.finish(SESSION_ID)


def turn(role: Any, segment: str, text: str) -> tuple[Any, ...]:
    return (
        Speech(role=role, event="speech_started", segment=segment),
        Speech(role=role, event="speech_ended", segment=segment),
        Final(role=role, text=text, segment=segment),
    )


async def test_the_backlog_then_caught_up_then_live(open_socket: Open):
    await write(*turn("agent", "a1", "Hello."))
    socket = await open_socket()
    backlog = await socket.until("caught_up")
    assert socket.selected == PROTOCOL
    assert [message["seq"] for message in backlog] == [1, 2, 3, 4, 4]
    assert backlog[0]["event"] == "session_started"
    assert backlog[3]["text"] == "Hello."
    assert backlog[3]["order"] == 2
    assert backlog[-1] == {"event": "caught_up", "seq": 4, "recovered": True}
    await write(Speech(role="user", event="speech_started", segment="u1"))
    assert (await socket.receive())["seq"] == 5


async def test_every_message_is_as_it_was_declared(open_socket: Open):
    socket = await open_socket()
    messages = await socket.until("caught_up")
    await write(
        *turn("user", "u1", "Hi."),
        Final(role="agent", text="Wel", segment="a1", interrupted=True),
        ErrorEvent(code="speech_slow", message="One moment.", fatal=False),
    )
    await wake.transient(SESSION_ID, interim("u2", "H"))
    await wake.transient(SESSION_ID, THINKING)
    await socket.send("ping")
    messages += await socket.until("pong")
    await end()
    messages += await socket.until("session_ended")
    assert await socket.close_code() == 1000
    for message in messages:
        SOCKET_MESSAGES.validate_python(message)
    assert messages[-1]["reason"] == "stopped"
    kinds = {message.get("event", message.get("final")) for message in messages}
    assert {True, False, "error", "thinking_started", "pong", "caught_up"} <= kinds


async def test_events_after_a_number(open_socket: Open):
    await write(*turn("agent", "a1", "Hello."))
    socket = await open_socket(query="after=2")
    messages = await socket.until("caught_up")
    assert [message["seq"] for message in messages] == [3, 4, 4]
    assert messages[-1]["recovered"] is True


@pytest.mark.parametrize("after", ["99", "-1", "x", "", "1.5", "9" * 30])
async def test_a_number_that_is_not_in_the_record_begins_anew(open_socket: Open, after: str):
    socket = await open_socket(query=f"after={after}")
    messages = await socket.until("caught_up")
    expected = after != ""
    assert [message["seq"] for message in messages] == [1, 1]
    assert messages[-1]["recovered"] is not expected


async def test_an_ended_session_sends_its_record_and_closes(open_socket: Open):
    await end(EndReason.LEFT)
    socket = await open_socket()
    messages = await socket.until("caught_up")
    assert [message.get("event") for message in messages] == [
        "session_started",
        "session_ended",
        "caught_up",
    ]
    assert messages[1]["reason"] == "left"
    assert await socket.close_code() == 1000


async def test_who_knows_all_of_an_ended_session_is_told_so(open_socket: Open):
    await end()
    socket = await open_socket(query="after=2")
    assert await socket.receive() == {"event": "caught_up", "seq": 2, "recovered": True}
    assert await socket.close_code() == 1000


async def test_pings_are_answered_and_everything_else_is_ignored(open_socket: Open):
    socket = await open_socket()
    await socket.until("caught_up")
    for noise in ("hello", "{", '{"event": "pong"}', "[" * 3000, "null"):
        await socket.send(noise)
    await socket.send_bytes(b"\x00\x01")
    await socket.send("ping")
    assert await socket.receive() == {"event": "pong"}
    await socket.send_json({"event": "ping"})
    assert await socket.receive() == {"event": "pong"}


async def test_a_lost_announcement_only_delays(open_socket: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(followers, "QUIET_SECONDS", 0.1)
    socket = await open_socket()
    await socket.until("caught_up")
    with monkeypatch.context() as silence:
        silence.setattr(wake, "announce_stored", lambda *_: None)
        await write(*turn("user", "u1", "Hi."))
    assert [(await socket.receive())["seq"] for _ in range(3)] == [2, 3, 4]


async def test_an_announcement_is_no_reason_to_wait(
    open_socket: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(followers, "QUIET_SECONDS", 3600)
    socket = await open_socket()
    await socket.until("caught_up")
    await write(*turn("user", "u1", "Hi."))
    assert [(await socket.receive())["seq"] for _ in range(3)] == [2, 3, 4]


async def test_an_announcement_that_comes_twice_sends_nothing_twice(open_socket: Open):
    socket = await open_socket()
    await socket.until("caught_up")
    layer, message = get_channel_layer(), {"type": "event.stored", "seq": 2}
    await write(Speech(role="user", event="speech_started", segment="u1"))
    for _ in range(3):
        await layer.group_send(session_group(SESSION_ID), message)
    assert (await socket.receive())["seq"] == 2
    await socket.send("ping")
    assert await socket.receive() == {"event": "pong"}


async def test_interims_of_a_settled_segment_are_dropped(open_socket: Open):
    await write(*turn("user", "u1", "Hi there."))
    socket = await open_socket()
    await socket.until("caught_up")
    await wake.transient(SESSION_ID, interim("u1", "Hi"))
    await wake.transient(SESSION_ID, interim("u2", "And"))
    assert await socket.receive() == interim("u2", "And")
    await write(*turn("user", "u2", "And you?"))
    assert [(await socket.receive())["seq"] for _ in range(3)] == [5, 6, 7]
    await wake.transient(SESSION_ID, interim("u2", "And yo"))
    await wake.transient(SESSION_ID, interim("u3", "So"))
    assert await socket.receive() == interim("u3", "So")


async def test_a_dead_socket_is_dropped_alone(
    application: Any, open_socket: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pump, "SEND_SECONDS", 0.2)
    healthy = await open_socket()
    await healthy.until("caught_up")
    scope = PageSocket(application, SESSION_ID).scope
    asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    asked.put_nowait({"type": "websocket.connect"})

    async def send(message: dict[str, Any]) -> None:
        if message["type"] != "websocket.accept":
            await asyncio.Event().wait()

    async with asyncio.timeout(10):
        await application(scope, asked.get, send)
    await write(*turn("user", "u1", "Hi."))
    assert [(await healthy.receive())["seq"] for _ in range(3)] == [2, 3, 4]


async def test_many_sockets_get_the_same_in_the_same_order(open_socket: Open):
    sockets = [await open_socket() for _ in range(5)]
    for index in range(10):
        await write(*turn("user", f"u{index}", str(index)))
    await end()
    received = [await socket.until("session_ended") for socket in sockets]
    numbers = [[message["seq"] for message in messages if "at" in message] for messages in received]
    assert numbers == [list(range(1, 33))] * 5


async def test_nothing_is_left_of_a_socket(open_socket: Open):
    async def come_and_go() -> None:
        socket = await open_socket()
        await socket.until("caught_up")
        assert members(session_group(SESSION_ID)) == 1
        await socket.leave()

    await come_and_go()  # the first one opens the process's connection to Redis, which stays
    before = asyncio.all_tasks()
    await come_and_go()
    assert asyncio.all_tasks() <= before
    assert members(session_group(SESSION_ID)) == 0


def members(group: str) -> int:
    """How many channels of this process a group has, in memory or on Redis."""
    groups = get_channel_layer().groups
    return sum(len(channels) for name, channels in groups.items() if name.endswith(group))


async def test_what_may_be_lost_keeps_its_place_among_what_may_not(open_socket: Open):
    socket = await open_socket()
    await socket.until("caught_up")
    await write(Speech(role="user", event="speech_started", segment="u1"))
    await wake.transient(SESSION_ID, interim("u1", "Hi"))
    await write(Speech(role="user", event="speech_ended", segment="u1"))
    await wake.transient(SESSION_ID, THINKING)
    await end()
    messages = await socket.until("session_ended")
    assert [message.get("event", message.get("text")) for message in messages] == [
        "speech_started",
        "Hi",
        "speech_ended",
        "thinking_started",
        "session_ended",
    ]


@sync_to_async
def end_untold() -> None:
    """Ends the session as a record does that refuses its last event."""
    end = {"state": State.ENDED, "end_reason": EndReason.AGENT_FAILED, "ended_at": timezone.now()}
    Session.objects.filter(id=SESSION_ID).update(**end)


async def test_an_open_socket_is_told_of_an_end_that_the_record_refused(open_socket: Open):
    await write(*turn("agent", "a1", "Hello."))
    socket = await open_socket()
    await socket.until("caught_up")
    await end_untold()
    over = await socket.receive()
    SOCKET_MESSAGES.validate_python(over)
    assert (over["event"], over["reason"], over["seq"]) == ("session_ended", "agent_failed", 5)
    assert await socket.close_code() == 1000


@pytest.mark.parametrize(("after", "told"), [("", [1, 2, 2]), ("1", [2, 2]), ("2", [2])])
async def test_a_later_socket_is_told_of_it_once(open_socket: Open, after: str, told: list[int]):
    await end_untold()
    socket = await open_socket(query=f"after={after}" if after else "")
    messages = await socket.until("caught_up")
    assert [message["seq"] for message in messages] == told
    assert await socket.close_code() == 1000
