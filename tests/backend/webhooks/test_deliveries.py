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
from outgoing.models import AllowedHost
from standardwebhooks.webhooks import WebhookVerificationError
from support.waiting import until_async
from telling import agent, end, pass_time, say, started, webhook
from voice_sessions.actions import erasing, sessions
from webhooks import changes, payloads, steps
from webhooks.claims import claim
from webhooks.deliverer import AT_ONCE, PER_HOST
from webhooks.models import Delivery, Webhook
from webhooks.sweeping import sweep

Delivering = Callable[[], AbstractAsyncContextManager[None]]


def rows(**which: Any) -> list[Delivery]:
    return list(Delivery.objects.filter(**which).order_by("id"))


async def arrived(receiver: Receiver, count: int) -> None:
    await until_async(lambda: len(receiver.received) >= count, what=f"{count} messages")


async def settled(**which: Any) -> Delivery:
    """The one message of these that is over."""

    def look() -> Delivery | None:
        found = rows(**which, next_at=None)
        return found[0] if found else None

    return await until_async(lambda: later(look)(), what="the end of a message")


async def tried(attempts: int) -> Delivery:
    """The message that has been tried so often and waits."""

    def look() -> Delivery | None:
        return Delivery.objects.filter(attempts=attempts, claimed_until=None).first()

    return await until_async(lambda: later(look)(), what=f"attempt {attempts}")


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


async def test_a_message_that_does_not_arrive_is_tried_again_under_its_id(
    receiver: Receiver, delivering: Delivering
):
    hook, secret = await later(webhook)(receiver, events=["session.started"])
    receiver.answer(500, 404)
    await later(started)()
    async with delivering():
        for attempt, seconds in ((1, 5), (2, 15)):
            waiting = await tried(attempt)
            assert (waiting.reason, waiting.status) == ("status", (500, 404)[attempt - 1])
            await later(pass_time)(seconds=seconds * 0.5)
            assert await later(claim)(9, {}, 2) == [], "it waits"
            await later(pass_time)(seconds=seconds * 0.8)
        done = await settled()
    assert done.attempts == 3 and done.delivered_at and not done.reason
    assert receiver.ids == [done.message_id] * 3
    bodies = {each.body for each in receiver.received}
    assert len(bodies) == 1 and receiver.received[2].verified(secret)
    assert hook.disabled == ""


async def test_after_a_day_it_is_given_up_and_said(
    receiver: Receiver, delivering: Delivering, caplog: pytest.LogCaptureFixture
):
    await later(webhook)(receiver, events=["session.started"])
    receiver.answer(503)
    await later(started)()
    async with delivering():
        await tried(1)
    await later(pass_time)(hours=24, seconds=1)
    await later(sweep)()
    (given_up,) = await later(rows)()
    assert given_up.abandoned_at and given_up.next_at is None and given_up.reason == "status"
    assert "webhook_messages_abandoned" in caplog.text


async def test_410_switches_the_webhook_off(receiver: Receiver, delivering: Delivering):
    hook, _secret = await later(webhook)(receiver)
    receiver.answer(410)
    session = await later(started)()
    async with delivering():
        gone = await settled()
    assert (gone.status, gone.reason, bool(gone.abandoned_at)) == (410, "gone", True)
    await hook.arefresh_from_db()
    assert hook.disabled == "gone"
    await later(end)(session)
    assert await Delivery.objects.acount() == 1, "what happens now is not told later"


@pytest.mark.parametrize(
    ("status", "asked", "least"),
    [(429, "600", 600), (503, "600", 600), (503, "999999", 3600), (500, "600", 0), (429, "-1", 0)],
)
async def test_a_receiver_may_ask_for_a_pause_of_an_hour_at_most(
    receiver: Receiver, delivering: Delivering, status: int, asked: str, least: int
):
    await later(webhook)(receiver, events=["session.started"])
    receiver.answer(status, Retry_After=asked)
    await later(started)()
    async with delivering():
        waiting = await tried(1)
    assert waiting.next_at and waiting.deadline
    seconds = 24 * 3600 - (waiting.deadline - waiting.next_at).total_seconds()
    assert least <= seconds <= (least or 6) + 60


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


async def test_a_private_address_is_refused_until_an_owner_allows_it(
    receiver: Receiver, delivering: Delivering
):
    await later(webhook)(receiver, events=["session.started"])
    await AllowedHost.objects.all().adelete()
    await later(started)()
    async with delivering():
        waiting = await tried(1)
        assert (waiting.reason, waiting.status, receiver.received) == ("private_address", 0, [])
        await later(hosts.allow)("127.0.0.1", receiver.port, "root")
        await later(pass_time)(seconds=10)
        await settled()
    assert len(receiver.received) == 1


@pytest.mark.parametrize(("status", "reason"), [(302, "redirect"), (400, "status")])
async def test_only_a_success_counts_and_no_redirect_is_followed(
    receiver: Receiver, delivering: Delivering, status: int, reason: str
):
    await later(webhook)(receiver, events=["session.started"])
    receiver.answer(status, Location=receiver.url())
    await later(started)()
    async with delivering():
        assert (await tried(1)).reason == reason
    assert len(receiver.received) == 1


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
