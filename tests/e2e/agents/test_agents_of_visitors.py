"""Several agents: one is chosen, talked with by its link, named by History, and gone on with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.backend import FOLDER
from support.browser import Tab
from support.processes import Process
from support.product import Product
from support.speech import silence, write_wav
from support.waiting import until

pytestmark = pytest.mark.e2e

AGENTS = """
slug: ada
name: Ada
description: Books tables at a small restaurant.
greeting: Good evening, this is Ada at the restaurant.
visibility: public
---
slug: otto
name: Otto
greeting: Hello, Otto here.
visibility: public
---
slug: backstage
name: Backstage
visibility: operators
"""


def manage(product: Product, *command: str) -> None:
    arguments = [sys.executable, "manage.py", *command]
    with Process(arguments, env=product.backend.env, cwd=FOLDER) as process:
        assert process.wait(seconds=60) == 0, process.output()


@pytest.fixture
def agents(product: Product, tmp_path: Path) -> Iterator[None]:
    """Two public agents and one for operators, beside the default one; gone after the test."""
    file, none = tmp_path / "agents.yaml", tmp_path / "none.yaml"
    file.write_text(AGENTS)
    manage(product, "agents", "apply", str(file))
    yield
    none.write_text(AGENTS.replace("visibility: public", "visibility: operators"))
    manage(product, "agents", "apply", str(none))


def test_one_talks_with_an_agent_by_its_link_and_goes_on_with_it(
    agents: None,
    product: Product,
    chromium: Callable[..., Browser],
    tab_of: Callable[..., Tab],
    tmp_path: Path,
) -> None:
    quiet = write_wav(tmp_path / "quiet.wav", silence(60))
    tab = tab_of(chromium(microphone=quiet))
    page = tab.page
    others = page.get_by_role("navigation", name="Other agents")
    chosen = others.get_by_role("link", name="Ada")

    def is_told() -> bool:
        """Whether the site, which asks every five seconds, has heard of the agents."""
        page.reload()
        return chosen.is_visible()

    until(is_told, what="the site has asked anew", every=0.5)
    tab.picture("agents-choice")
    assert others.get_by_role("link").all_inner_texts() == ["Ada", "Otto"]
    chosen.click()
    expect(page).to_have_url(f"{product.url}/chat/ada")
    expect(page.get_by_text("Books tables at a small restaurant.")).to_be_visible()
    expect(page.locator("#system_prompt")).to_have_count(0)
    tab.start()
    tab.until_audible()
    assert "this is Ada" in tab.until_words("agent", 1)[0]
    session_id = tab.session_id()
    page.reload()
    tab.until_phase("live")
    assert tab.session_id() == session_id
    page.goto(f"{product.url}/chat")
    expect(page.locator("#welcome-headline")).to_contain_text("Ada")
    page.goto(f"{product.url}/history")
    page.get_by_role("link", name="Back to it").click()
    tab.until_phase("live")
    page.click("#stop")
    tab.until_phase("ended")
    history_names_it(tab, product, session_id)
    going_on_keeps_it(tab, product)
    closed = page.goto(f"{product.url}/chat/backstage")
    assert closed and closed.status == 404
    expect(page.get_by_role("heading", name="This agent is not here")).to_be_visible()


def history_names_it(tab: Tab, product: Product, session_id: str) -> None:
    """The list says with whom the session was, its page also which revision that was."""
    tab.page.goto(f"{product.url}/history")
    expect(tab.page.locator(".session .facts")).to_contain_text("Ada")
    tab.page.goto(f"{product.url}/history/{session_id}")
    expect(tab.page.locator(".session-head .facts")).to_contain_text("revision 1")
    tab.picture("agents-session")


def going_on_keeps_it(tab: Tab, product: Product) -> None:
    """From the session's page into another one with the same agent."""
    tab.page.get_by_role("link", name="Continue talking").click()
    tab.page.get_by_role("button", name="Go on talking").click()
    tab.until_phase("live").until_words("agent", 1)
    session_id = tab.session_id()
    tab.page.click("#stop")
    tab.until_phase("ended")
    tab.page.goto(f"{product.url}/history/{session_id}")
    facts = tab.page.locator(".session-head .facts")
    expect(facts).to_contain_text("Ada")
    expect(facts).to_contain_text("Continues an earlier one")


def test_an_agent_that_was_closed_meanwhile_has_words_on_the_page(
    product: Product, chromium: Callable[..., Browser], tab_of: Callable[..., Tab]
) -> None:
    tab = tab_of(chromium())
    tab.page.route(
        "**/session",
        lambda route: route.continue_(
            post_data=(route.request.post_data or "").replace('"default"', '"closed"')
        ),
    )
    tab.page.click("#start")
    tab.until_phase("trouble")
    tab.expect_text("#trouble-headline", "This agent is not here any more")
    assert tab.page.locator("#trouble-action").inner_text() == "Reload the page"
    assert tab.page.locator("#fields .error:visible").count() == 0
    tab.picture("agents-closed")
