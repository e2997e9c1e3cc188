"""The whole of it: from an owner's first link to a visitor who hears what a tool has answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.hooks.receiver import Receiver
from fakes.openai_api import OpenAIStandIn
from fakes.tools.server import ToolServer, tool_server
from playwright.sync_api import Browser, FrameLocator, expect
from support.browser import Tab
from support.media_server import MediaServer
from support.product import Product
from support.product import product as running_product
from support.speech import line, write_wav
from support.waiting import until

from e2e.room import told_of_participants

from .desk import PATIENCE, Desk, link
from .owning import allow, choose_key, give_tool, make_webhook, store_key
from .seen import Seen

pytestmark = pytest.mark.e2e
SLUG = "harbour-inn"
GREETING = "Good evening, the Harbour Inn."
SAID = "Is there a free table on Friday?"
TOLD = "There is one at 19:00."
SECRET, KEY = "tool-key-canary-5512", "sk-stored-canary-7731"
INSTRUCTIONS = "Canary instructions: you keep the book of the Harbour Inn."
TOOL = {
    "name": "find_table",
    "description": "Finds a free table.",
    "answer": "/free/0/time",
    "headers": "Authorization: Bearer {{secret:KEY}}",
}
PARAMETERS = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
CALL = [("find_table", {"day": "Friday"})]
HEARD = """() => {
  const badge = document.getElementById("badge-agent");
  return badge.dataset.state === "speaking" && window.__agentLevel.now > 0.01;
}"""


@pytest.fixture(scope="module")
def openai_api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as api:
        api.transcript, api.reply = SAID, "There is one at {tool}."
        yield api


@pytest.fixture(scope="module")
def inn(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Product]:
    """A product with the key of a service, which no operator has come to yet."""
    urls = {f"{service}_BASE_URL": openai_api.base_url for service in ("STT", "LLM", "TTS")}
    with running_product(media, OPENAI_API_KEY="sk-settings", **urls) as running:
        yield running


@pytest.fixture(scope="module")
def book() -> Iterator[ToolServer]:
    with tool_server() as running:
        yield running


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    return write_wav(folder / "said.wav", line(7.0, SAID, 60.0))


def test_an_owner_makes_an_agent_with_a_tool_and_a_visitor_hears_its_answer(
    inn: Product,
    openai_api: OpenAIStandIn,
    book: ToolServer,
    receiver: Receiver,
    spoken: Path,
    chromium: Callable[..., Browser],
    tab_of: Callable[..., Tab],
    tmp_path: Path,
) -> None:
    expect.set_options(timeout=PATIENCE)
    browser = chromium(microphone=spoken)
    first = link(inn)
    ada = Desk(browser, inn).join(first, "ada")
    allow(ada, book.port, receiver.port)
    store_key(ada, "Our model", openai_api.base_url, KEY)
    make(ada)
    give_tool(ada, SECRET, {**TOOL, "url": f"{book.url}/do/tables?day={{{{day}}}}"}, PARAMETERS)
    openai_api.queue_calls(CALL)
    try_it(ada)
    assert [asked.headers["authorization"] for asked in book.asked] == [f"Bearer {SECRET}"]
    (thought,) = {asked.authorization for asked in openai_api.requests("/v1/chat/completions")}
    assert thought == f"Bearer {KEY}"
    signing = make_webhook(ada, "crm", receiver.url())
    ada.press("Send a test").told("A test message is on its way.")
    publish(ada)

    seen = Seen(tmp_path)
    openai_api.queue_calls(CALL)
    tab = tab_of(browser, inn.url, **seen.options)
    seen.watch(tab)
    session_id = talk(tab)
    shared = told_of_participants(inn.media)
    ada.open(SLUG).type(greeting="We are closed.", name="Closed inn").press("Save")
    ada.told("Saved as revision 4.")
    tab.page.click("#stop")
    tab.until_phase("ended")
    history(tab, inn, session_id)

    until(lambda: len(receiver.received) >= 3, what="the session's start and end")
    ping, begun, over = (each.verified(signing) for each in receiver.received)
    assert [each["type"] for each in (ping, begun, over)] == [
        *("ping", "session.started", "session.ended")
    ]
    data = over["data"]
    assert begun["data"]["session_id"] == data["session_id"] == session_id
    assert (data["agent"], data["revision"], data["reason"]) == (SLUG, 3, "stopped")
    assert [each["text"] for each in data["transcript"]] == [GREETING, SAID, TOLD]
    (used,) = data["tools"]
    assert (used["name"], used["arguments"], used["ok"]) == (*CALL[0], True)
    assert used["summary"] == "19:00"
    restore(ada)
    deliveries(ada)

    told = seen.all(tab)
    assert "Finds tables" in told and TOLD in told and "agent-" in shared
    logs = inn.backend.process.output() + inn.site.output()
    assert session_id in logs
    assert first.rpartition("#")[2] not in logs and ada.pass_() not in logs
    hidden = {"secret": SECRET, "key": KEY, "instructions": INSTRUCTIONS, "signing": signing}
    for name, canary in hidden.items():
        assert canary not in told, f"the visitor's page got the {name}"
        assert canary not in shared, f"participants see the {name}"
        assert canary not in logs, f"the log has the {name}"
    assert tab.complaints == []


def make(ada: Desk) -> None:
    """Makes the agent, which thinks with the stored key."""
    ada.page.get_by_role("link", name="Agents").first.click()
    ada.page.get_by_role("link", name="New agent").click()
    ada.type(slug=SLUG, name="Harbour Inn", description="Finds tables.", greeting=GREETING)
    ada.type(instructions=INSTRUCTIONS)
    choose_key(ada, "llm", "Our model")
    ada.press("Make the agent").told("Saved as revision 1.")


def try_it(ada: Desk) -> None:
    """Talks with the agent beside its editor."""
    ada.open(SLUG).press("Try")
    frame: FrameLocator = ada.page.frame_locator("iframe[name=try]")
    settled = frame.locator('#log li[data-role="agent"][data-final="true"] .words')
    expect(settled).to_have_text([GREETING, TOLD])
    expect(frame.locator("li.tool summary")).to_contain_text("Used find_table")
    frame.get_by_role("button", name="Stop").click()
    expect(frame.locator("#card")).to_have_attribute("data-phase", "ended")


def publish(ada: Desk) -> None:
    """Has the webhook told of the agent, and everybody talk with it."""
    ada.open(SLUG).page.get_by_label("crm", exact=True).check()
    ada.page.get_by_role("radio", name="Everybody").check()
    ada.press("Save").told("Saved as revision 3.")


def talk(tab: Tab) -> str:
    """Picks the agent, asks by voice, and hears the answer; returns the session's id."""
    page = tab.page
    chosen = page.get_by_role("navigation", name="Other agents").get_by_role("link")

    def is_told() -> bool:
        """Whether the site, which asks every five seconds, has heard of the agent."""
        page.reload()
        return "Harbour Inn" in chosen.all_inner_texts()

    until(is_told, what="the site has asked anew", every=0.5)
    chosen.filter(has_text="Harbour Inn").click()
    tab.start()
    assert tab.until_words("user", 1) == [SAID]
    page.wait_for_function(HEARD)
    assert tab.until_words("agent", 2) == [GREETING, TOLD]
    expect(page.locator("li.tool summary")).to_contain_text("Used find_table")
    return tab.session_id()


def history(tab: Tab, inn: Product, session_id: str) -> None:
    """The session's page tells the same, and the revision with which it began."""
    tab.page.goto(f"{inn.url}/history/{session_id}")
    expect(tab.page.locator(".session-head .facts")).to_contain_text("revision 3")
    tool = tab.page.locator("li.tool")
    tool.locator("summary").click()
    expect(tool.locator("dd")).to_have_text(["Friday", "19:00"])
    tab.picture("story-history")


def restore(ada: Desk) -> None:
    """Makes the third revision the current one again."""
    ada.page.goto(f"{ada.site}/console/agents/{SLUG}/revisions")
    ada.page.get_by_role("button", name="Restore revision 3").click()
    ada.told("Saved as revision 5.")
    expect(ada.page.locator("#field-greeting")).to_have_value(GREETING)
    expect(ada.page.get_by_label("crm", exact=True)).to_be_checked()


def deliveries(ada: Desk) -> None:
    """The webhook's page says that all has arrived; then the webhook is deleted."""
    ada.page.get_by_role("link", name="Webhooks").click()
    ada.page.get_by_role("link", name="crm").click()
    expect(ada.page.get_by_text("arrived", exact=True)).to_have_count(3)
    ada.press("Delete")
    ada.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    ada.told("The webhook was deleted.")
