"""The button on somebody else's page: one talks with the agent there, and on no other page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect
from support.product import Product
from support.speech import line, write_wav
from support.waiting import until

from e2e.clients.elsewhere import elsewhere

pytestmark = pytest.mark.e2e
QUESTION = "I would like to book a table for two people tomorrow evening."
AGENT = """
slug: shopkeeper
name: Shopkeeper
greeting: Hello from the shop.
visibility: link
embed_sites: ["{site}"]
"""
SHOP = """<!doctype html><html lang="en"><title>Shop</title>
<style nonce="shop">button {{ display: none; }}</style>
<script async src="{address}/widget.js" data-agent="shopkeeper"></script>
<h1>A shop</h1><a href="#">A link</a>"""
STRICT = "default-src 'none'; style-src 'nonce-shop'; script-src {address}; frame-src {address}"
GLOBALS = "() => Object.getOwnPropertyNames(window).sort()"
Launch = Callable[..., Browser]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    return write_wav(folder / "question.wav", line(10.0, QUESTION, 40.0))


def shop_at(product: Product, port: int) -> dict[str, object]:
    """A site at `localhost`, which to the browser is another one than the product's."""
    page = SHOP.format(address=product.url)
    policy = {"Content-Security-Policy": STRICT.format(address=product.url)}
    return {"port": port, "pages": {"/": page, "/bare": "<html lang=en>"}, "headers": policy}


@pytest.fixture
def shop(product: Product) -> Iterator[str]:
    """A shop that the agent names, whose own policy is strict and whose styles hide buttons."""
    with elsewhere(**shop_at(product, product.spare_port)) as site:  # type: ignore[arg-type]
        address = site.replace("127.0.0.1", "localhost")
        product.backend.apply(AGENT.format(site=address))
        yield address


def opened(page: Page) -> Frame:
    """Opens the frame by the keyboard alone, and returns what is in it."""
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(lambda: len(page.frames) > 1, what="the frame")
    return page.frames[1]


def is_refused(page: Page) -> bool:
    """Whether the browser shows its own page in the frame; asking lets it tell what it has done."""
    page.evaluate("() => document.title")
    return len(page.frames) > 1 and page.frames[1].url.startswith("chrome-error://")


def lines(frame: Frame, role: str) -> list[str]:
    return frame.locator(f'#log li[data-role="{role}"][data-final="true"] .words').all_inner_texts()


def test_one_talks_on_the_shops_page_without_any_cookie(
    product: Product, chromium: Launch, shop: str, spoken: Path
) -> None:
    context = chromium(microphone=spoken, third_party_cookies=False).new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.goto(f"{shop}/bare")
    usual = page.evaluate(GLOBALS)
    page.goto(shop)
    page.wait_for_selector("[data-voice-agent]", state="attached")
    assert page.evaluate(GLOBALS) == usual, "it leaves no name behind"
    assert len(page.frames) == 1, "nothing is loaded before it is pressed"
    frame = opened(page)
    expect(frame.locator("#start")).to_be_focused(timeout=15_000)
    page.keyboard.press("Enter")
    until(lambda: len(lines(frame, "agent")) >= 2, seconds=40, what="a reply", every=0.3)
    assert lines(frame, "agent")[0] == "Hello from the shop."
    assert "table" in lines(frame, "user")[0] and "table" in lines(frame, "agent")[1]
    page.keyboard.press("Escape")
    shown = "() => document.activeElement.dataset.voiceAgent"
    until(lambda: page.evaluate(shown) == "shopkeeper", what="the focus is on the button again")
    page.keyboard.press("Enter")
    frame.click("#stop")
    expect(frame.locator("#card")).to_have_attribute("data-phase", "ended", timeout=15_000)
    assert context.cookies() == [] and complaints == []


def test_a_site_that_the_agent_does_not_name_is_refused(
    product: Product, chromium: Launch, shop: str, spoken: Path
) -> None:
    with elsewhere(**shop_at(product, 0)) as other:  # type: ignore[arg-type]
        page = chromium(microphone=spoken, third_party_cookies=False).new_page()
        refusals: list[str] = []
        page.on("console", lambda said: refusals.append(said.text))
        page.goto(other.replace("127.0.0.1", "localhost"))
        page.wait_for_selector("[data-voice-agent]", state="attached")
        frame = opened(page)
        until(lambda: is_refused(page), what="a refusal")
        assert any("frame-ancestors" in text for text in refusals) and frame == page.frames[1]
        page.goto(other)
        page.evaluate(
            "(address) => document.body.append(Object.assign(document.createElement('iframe'),"
            " { src: address }))",
            f"{product.url}/embed/shopkeeper?site={shop}",
        )
        until(lambda: is_refused(page), what="a refusal")
