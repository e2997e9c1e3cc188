"""Messages arrive: signed, in order, once and again where they did not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from asgiref.sync import sync_to_async as later
from fakes.hooks.receiver import Receiver
from outgoing import hosts
from standardwebhooks.webhooks import WebhookVerificationError
from support.waiting import until_async
from telling import agent, arrived, end, pass_time, rows, say, settled, started, tried, webhook
from voice_sessions.actions import erasing, sessions
from webhooks import changes, payloads, steps
from webhooks.claims import claim
from webhooks.deliverer import AT_ONCE, PER_HOST
from webhooks.models import Delivery, Webhook

Delivering = Callable[[], AbstractAsyncContextManager[None]]


async def test_a_session_is_told_from_its_start_to_its_end(
    receiver: Receiver, delivering: Delivering
):
    _hook, secret = await later(webhook)(receiver)
    revision = await later(agent)("bistro")
    async with delivering():
        session = await later(started)(revision_id=revision, variables={"table": "7"})
        await arrived(receiver, 1)
        await later(say)(session, "A table for two.", "Of course.")
        await later(end)(session)
        await arrived(receiver, 2)
    first, last = (each.verified(secret) for each in receiver.received)
    assert (first["type"], last["type"]) == ("session.started", "session.ended")
    assert first["data"] == {
        "session_id": session.id,
        "agent": "bistro",
        "revision": 1,
        "room": "kitchen",
        "identity": "ann",
        "variables": {"table": "7"},
        "continues": None,
        "started_at": first["data"]["started_at"],
    }
    data = last["data"]
    assert [(line["role"], line["text"]) for line in data["transcript"]] == [
        ("user", "A table for two."),
        ("agent", "Of course."),
    ]
    assert (data["reason"], data["tools"], data["transcript_truncated"]) == ("stopped", [], False)
    assert data["usage"]["person_characters"] == 16 and data["usage"]["agent_turns"] == 1
    assert receiver.received[0].path == "/hook"
    assert receiver.received[0].headers["content-type"] == "application/json"
    delivery = await settled(type="session.ended")
    assert delivery.status == 204 and delivery.delivered_at and delivery.attempts == 1


async def test_an_agent_that_fails_is_told_with_its_code(
    receiver: Receiver, delivering: Delivering
):
    _hook, secret = await later(webhook)(receiver, events=["agent.failed"])
    session = await later(started)()
    await later(sessions.fail)(session.id, 1, "stt_unavailable", "Recognition does not answer.")
    await later(sessions.finish)(session.id)
    async with delivering():
        await arrived(receiver, 1)
        await settled()
    (told,) = receiver.received
    said = told.verified(secret)
    assert said["type"] == "agent.failed" and said["data"]["code"] == "stt_unavailable"
    assert await Delivery.objects.acount() == 1


async def test_messages_of_a_session_keep_their_order(receiver: Receiver, delivering: Delivering):
    """One that does not arrive holds up its own session's, and nobody else's."""
    _hook, secret = await later(webhook)(receiver)
    receiver.answer(500)
    held = await later(started)("held")
    async with delivering():
        await tried(1)
        await later(end)(held)
        other = await later(started)("other")
        await later(end)(other)
        await arrived(receiver, 3)
        await later(pass_time)(seconds=7)
        await arrived(receiver, 5)
    told = [each.verified(secret) for each in receiver.received]
    names = [(said["data"]["session_id"], said["type"]) for said in told]
    assert names == [
        ("held", "session.started"),
        ("other", "session.started"),
        ("other", "session.ended"),
        ("held", "session.started"),
        ("held", "session.ended"),
    ]


async def test_several_backends_send_each_message_once(receiver: Receiver, delivering: Delivering):
    _hook, secret = await later(webhook)(receiver)

    def talk() -> None:
        for number in range(12):
            end(started(f"s{number:02}", room=f"r{number}"))

    async with delivering(), delivering(), delivering():
        await later(talk)()
        await arrived(receiver, 24)
        await until_async(lambda: later(lambda: not rows(next_at__isnull=False))())
    assert len(set(receiver.ids)) == len(receiver.ids) == 24
    order: dict[str, list[str]] = {}
    for each in receiver.received:
        said = each.verified(secret)
        order.setdefault(said["data"]["session_id"], []).append(said["type"])
    assert set(map(tuple, order.values())) == {("session.started", "session.ended")}


async def test_a_backend_that_dies_after_sending_has_it_sent_again_by_another(
    receiver: Receiver, delivering: Delivering, monkeypatch: pytest.MonkeyPatch
):
    await later(webhook)(receiver, events=["session.started"])
    await later(started)()
    with monkeypatch.context() as dying:

        async def never(*_: Any) -> None:
            await asyncio.Event().wait()

        dying.setattr(steps, "settle", never)
        async with delivering():
            await arrived(receiver, 1)
    async with delivering():
        assert await later(claim)(9, {}, 2) == [], "the claim of the dead one holds for a minute"
        await later(pass_time)(seconds=61)
        done = await settled()
    assert receiver.ids == [done.message_id] * 2 and done.attempts == 2


async def test_a_slow_receiver_delays_no_other(receiver: Receiver, delivering: Delivering):
    await later(webhook)(receiver, name="slow", events=["session.started"])
    receiver.hold.clear()
    with Receiver() as other:
        url = other.url("localhost")
        await later(hosts.allow)("localhost", 0, "root")
        await later(webhook)(other, name="quick", url=url, events=["session.started"])
        async with delivering():
            for number in range(6):
                await later(started)(room=f"r{number}")
            await arrived(other, 6)
            assert len(receiver.received) == PER_HOST
            receiver.hold.set()
            await arrived(receiver, 6)
    assert AT_ONCE == PER_HOST * changes.MOST_WEBHOOKS


async def test_a_new_secret_signs_beside_the_old_one_until_that_ends(
    receiver: Receiver, delivering: Delivering
):
    hook, old = await later(webhook)(receiver, events=["session.started"])
    new, _until = await later(changes.rotate)(hook.id, 24, "root")
    async with delivering():
        await later(started)(room="a")
        await arrived(receiver, 1)
        await later(pass_time)(hours=24, seconds=1)
        await later(started)(room="b")
        await arrived(receiver, 2)
    both, alone = receiver.received
    assert both.verified(old) and both.verified(new) and alone.verified(new)
    assert len(both.headers["webhook-signature"].split()) == 2
    with pytest.raises(WebhookVerificationError):
        alone.verified(old)
    last, _none = await later(changes.rotate)(hook.id, 0, "root")
    assert last != new and (await Webhook.objects.aget()).previous_secret == ""


async def test_what_was_delivered_can_be_sent_again(receiver: Receiver, delivering: Delivering):
    hook, secret = await later(webhook)(receiver, events=["session.started"])
    await later(started)()
    async with delivering():
        done = await settled()
        await later(changes.send_again)(hook.id, done.message_id, "root")
        await arrived(receiver, 2)
        again = await settled(attempts=2)
    assert receiver.ids == [done.message_id] * 2 and again.delivered_at
    assert receiver.received[0].body == receiver.received[1].body
    assert receiver.received[1].verified(secret)


async def test_a_ping_tells_nothing_but_that_it_arrives(receiver: Receiver, delivering: Delivering):
    hook, secret = await later(webhook)(receiver)
    async with delivering():
        await later(changes.test)(hook.id, "root")
        await settled(type="ping")
    said = receiver.received[0].verified(secret)
    assert (said["type"], said["data"]) == ("ping", {"webhook": "crm"})


async def test_an_erased_session_is_never_sent(receiver: Receiver, delivering: Delivering):
    await later(webhook)(receiver)
    receiver.answer(500)
    session = await later(started)()
    await later(say)(session, "My name is Ann.")
    await later(end)(session)
    claimed = await later(claim)(9, {}, 2)
    await later(erasing.erase)("ann", session.id)
    assert await Delivery.objects.acount() == 0
    with pytest.raises(payloads.NothingToTell):
        await later(payloads.body)(claimed[0].message_id)
    async with delivering():
        pass
    assert receiver.received == []


async def test_nothing_of_words_and_secrets_is_in_the_log(
    receiver: Receiver, delivering: Delivering, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    url = f"{receiver.url()}/canary-path?token=canary-token"
    _hook, secret = await later(webhook)(receiver, url=url)
    receiver.answer(500, 204, 204)
    session = await later(started)(identity="canary-person", room="canary-room")
    await later(say)(session, "canary-word")
    await later(sessions.fail)(session.id, 1, "stt_unavailable", "Recognition does not answer.")
    await later(sessions.finish)(session.id)
    async with delivering():
        await tried(1)
        await later(pass_time)(seconds=7)
        await arrived(receiver, 4)
        await until_async(lambda: later(lambda: not rows(next_at__isnull=False))())
    assert "webhook_delivered" in caplog.text and "webhook_not_delivered" in caplog.text
    for canary in ("canary", secret, secret.removeprefix("whsec_")):
        assert canary not in caplog.text
