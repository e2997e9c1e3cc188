"""An owner makes a webhook in the console, and what becomes of a visitor's session arrives."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator

import pytest
from fakes.receiver import Receiver
from playwright.sync_api import Browser, expect
from support.backend import FOLDER
from support.browser import Tab
from support.processes import Process
from support.product import Product
from support.waiting import until

from .desk import PATIENCE, Desk, link

pytestmark = pytest.mark.e2e
ALLOW = "from outgoing import hosts; hosts.allow('127.0.0.1', {port}, 'root')"


@pytest.fixture
def receiver(product: Product) -> Iterator[Receiver]:
    """A system of the owner's, whose host is allowed."""
    with Receiver() as receiver:
        command = [sys.executable, "manage.py", "shell", "-c", ALLOW.format(port=receiver.port)]
        with Process(command, env=product.backend.env, cwd=FOLDER) as process:
            assert process.wait(seconds=60) == 0, process.output()
        yield receiver


def test_from_the_console_to_the_owners_own_system(
    product: Product,
    receiver: Receiver,
    chromium: Callable[..., Browser],
    tab_of: Callable[..., Tab],
) -> None:
    expect.set_options(timeout=PATIENCE)
    mara = Desk(chromium(), product).join(link(product), f"mara-{secrets.token_hex(4)}")
    page = mara.page
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="New webhook").click()
    mara.type(name="crm", url=receiver.url())
    page.get_by_label("Session started").check()
    page.get_by_label("All agents").check()
    mara.press("Make the webhook")
    secret = page.locator(".copyable").inner_text()
    mara.press("Send a test").told("A test message is on its way.")
    until(lambda: receiver.received, what="the test")
    assert receiver.received[0].verified(secret)["type"] == "ping"

    tab = tab_of(chromium()).start()
    tab.until_phase("live")
    words = tab.until_words("agent", 1)
    tab.page.click("#stop")
    tab.until_phase("ended")
    until(lambda: len(receiver.received) == 3, what="the session's start and end")
    begun, over = (each.verified(secret) for each in receiver.received[1:])
    assert (begun["type"], over["type"]) == ("session.started", "session.ended")
    assert begun["data"]["session_id"] == over["data"]["session_id"]
    assert (over["data"]["agent"], over["data"]["reason"]) == ("default", "stopped")
    assert [line["text"] for line in over["data"]["transcript"]][:1] == words[:1]
    page.reload()
    expect(page.get_by_text("arrived", exact=True)).to_have_count(3)
    mara.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    mara.told("The webhook was deleted.")
