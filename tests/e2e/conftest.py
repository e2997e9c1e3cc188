"""The whole product on real parts: media server, offline voice, backend, frontend and Chromium."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Playwright
from support.backend import FOLDER, local_ai
from support.browser import Tab, launch
from support.media_server import MediaServer, media_server
from support.processes import ROOT, Process
from support.product import Product
from support.product import product as running_product

GRACE_SECONDS = 6
GREETING = "Hello. I am your voice agent. How can I help?"


@pytest.fixture(scope="session")
def media() -> Iterator[MediaServer]:
    with media_server() as running:
        yield running


@pytest.fixture(scope="session")
def offline_voice() -> Iterator[dict[str, str]]:
    """The offline voice, as the settings of a product that talks by it."""
    with local_ai() as speech:
        yield {"LOCAL_AI_PORT": str(urlsplit(speech).port), "GREETING": GREETING}


@pytest.fixture(scope="session")
def product(media: MediaServer, offline_voice: dict[str, str]) -> Iterator[Product]:
    """The product without any key."""
    grace = str(GRACE_SECONDS)
    with running_product(media, SESSION_GRACE_SECONDS=grace, **offline_voice) as running:
        yield running


@pytest.fixture(scope="session")
def password(product: Product) -> str:
    """The password of the account root."""
    chosen = secrets.token_urlsafe(16)
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username=root"]
    env = {**product.backend.env, "DJANGO_SUPERUSER_PASSWORD": chosen}
    with Process([*command, "--email=root@example.com"], env=env, cwd=FOLDER) as process:
        assert process.wait(seconds=60) == 0, process.output()
    return chosen


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder of this run's pictures, which git ignores."""
    folder = ROOT / "tests" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def browsers() -> Iterator[dict[object, Browser]]:
    """The browsers that a file's tests have launched, by their options."""
    running: dict[object, Browser] = {}
    yield running
    for browser in running.values():
        browser.close()


@pytest.fixture
def chromium(playwright: Playwright, browsers: dict[object, Browser]) -> Iterator[object]:
    """A browser with such options, whose tabs are closed after the test: `chromium(microphone=…)`.

    Each tab hears the microphone's file from its beginning.
    """

    def start(**options: object) -> Browser:
        key = tuple(sorted(options.items()))
        if key not in browsers:
            browsers[key] = launch(playwright, **options)  # type: ignore[arg-type]
        return browsers[key]

    yield start
    for browser in browsers.values():
        for context in browser.contexts:
            context.close()


@pytest.fixture
def tab_of(request: pytest.FixtureRequest, screenshots: Path) -> object:
    """A new visitor's tab at the page: `tab_of(browser)`, or at another product's with its URL."""

    def opened(browser: Browser, url: str = "", **options: object) -> Tab:
        url = url or request.getfixturevalue("product").url
        context = browser.new_context(viewport={"width": 1180, "height": 800}, **options)  # type: ignore[arg-type]
        return Tab(context.new_page(), screenshots).open(f"{url}/chat")

    return opened
