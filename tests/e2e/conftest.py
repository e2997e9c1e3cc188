"""The whole product on real parts: media server, offline voice, backend, frontend and Chromium."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from support.backend import Backend, backend, local_ai
from support.browser import Tab, launch
from support.media_server import MediaServer, media_server
from support.ports import free_port
from support.processes import ROOT, Process

GRACE_SECONDS = 6


@dataclass(frozen=True)
class Product:
    """Everything that `make run` runs; the page is at `url`."""

    url: str
    backend: Backend
    media: MediaServer
    frontend: Process


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    port = free_port()
    secret = secrets.token_urlsafe(48)
    origin = f"http://127.0.0.1:{port}"
    with ExitStack() as running:
        media = running.enter_context(media_server())
        speech = running.enter_context(local_ai())
        server = running.enter_context(
            backend(
                media,
                LOCAL_AI_PORT=speech.split(":")[2].split("/")[0],
                CORS_ORIGINS=origin,
                VISITOR_SECRET=secret,
                SESSION_GRACE_SECONDS=str(GRACE_SECONDS),
            )
        )
        env = {
            **server.env,
            "FLASK_SECRET_KEY": secrets.token_urlsafe(48),
            "FRONTEND_PORT": str(port),
            "BACKEND_URL": server.url,
            "BACKEND_PUBLIC_URL": server.url,
        }
        frontend = running.enter_context(Process([sys.executable, "-m", "flask_frontend"], env=env))
        frontend.wait_until_answers(f"{origin}/chat")
        yield Product(origin, server, media, frontend)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
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

    def opened(browser: Browser, **options: object) -> Tab:
        context = browser.new_context(viewport={"width": 1180, "height": 800}, **options)  # type: ignore[arg-type]
        page = context.new_page()
        return Tab(page, screenshots).open(f"{product.url}/chat")

    return opened
