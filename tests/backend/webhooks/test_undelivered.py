"""Messages that do not arrive: tried again, given up, and kept from private addresses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from asgiref.sync import sync_to_async as later
from fakes.hooks.receiver import Receiver
from outgoing import hosts
from outgoing.models import AllowedHost
from telling import end, pass_time, rows, settled, started, tried, webhook
from webhooks.claims import claim
from webhooks.models import Delivery
from webhooks.sweeping import sweep

Delivering = Callable[[], AbstractAsyncContextManager[None]]


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
