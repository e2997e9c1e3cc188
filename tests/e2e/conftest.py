"""The whole product on real parts: media server, offline voice, backend, frontend and Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Playwright
from support.backend import local_ai
from support.browser import Tab, launch
from support.media_server import MediaServer, media_server
from support.processes import ROOT
from support.product import Product
from support.product import product as running_product

GRACE_SECONDS = 6


@pytest.fixture(scope="session")
def media() -> Iterator[MediaServer]:
    with media_server() as running:
        yield running


@pytest.fixture(scope="session")
def product(media: MediaServer) -> Iterator[Product]:
    """The product without any key: the offline voice."""
    with local_ai() as speech:
        settings = {"LOCAL_AI_PORT": str(urlsplit(speech).port)}
        grace = str(GRACE_SECONDS)
        with running_product(media, SESSION_GRACE_SECONDS=grace, **settings) as running:
            yield running


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder of this run's pictures, which git ignores."""
    folder = ROOT / "tests" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[object]:
    """Launches browsers that are closed after the test: `chromium(microphone=…, …)`."""
    open_browsers: list[Browser] = []

    def start(**options: object) -> Browser:
        browser = launch(playwright, **options)  # type: ignore[arg-type]
        open_browsers.append(browser)
        return browser

    yield start
    for browser in open_browsers:
        browser.close()


@pytest.fixture
def tab_of(product: Product, screenshots: Path) -> object:
    """A new visitor's tab at the page: `tab_of(browser)`."""

    def opened(browser: Browser, url: str = product.url, **options: object) -> Tab:
        context = browser.new_context(viewport={"width": 1180, "height": 800}, **options)  # type: ignore[arg-type]
        return Tab(context.new_page(), screenshots).open(f"{url}/chat")

    return opened
