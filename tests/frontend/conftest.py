from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.backend import FakeBackend
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Playwright
from support.browser import launch
from support.ports import free_port
from support.processes import Process
from support.site import Site

from flask_frontend.app import create_app
from flask_frontend.services import EXTENSION
from flask_frontend.settings import Settings

SECRET = "a-visitor-secret-for-tests-0123456789"
VISITOR = "v" * 22


@pytest.fixture
def backend() -> Iterator[FakeBackend]:
    with FakeBackend(SECRET) as backend:
        yield backend


@pytest.fixture
def settings(backend: FakeBackend) -> Settings:
    return Settings(
        debug=False,
        secret_key="a-flask-secret-for-tests-0123456789",
        visitor_secret=SECRET,
        port=5199,
        backend_url=backend.url,
        backend_public_url="https://voice.example:8443",
        livekit_public_url="wss://media.example",
        allowed_hosts=("localhost", "voice.example"),
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions[EXTENSION].backend.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient) -> str:
    """A visitor with a cookie, the same in every test that adds sessions."""
    with client.session_transaction(base_url="https://localhost") as session:
        session["visitor"] = VISITOR
    return VISITOR


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def site(backend: FakeBackend, browser: Browser, tmp_path: Path) -> Iterator[Site]:
    env = {
        "DEBUG": "true",
        "FLASK_SECRET_KEY": secrets.token_urlsafe(32),
        "VISITOR_SECRET": backend.secret,
        "BACKEND_URL": backend.url,
        "FRONTEND_PORT": str(free_port()),
        "BIND_HOST": "127.0.0.1",
    }
    address = f"http://127.0.0.1:{env['FRONTEND_PORT']}"
    process = Process([sys.executable, "-m", "flask_frontend"], env=env, log=tmp_path / "site.log")
    with process:
        process.wait_until_answers(f"{address}/static/css/base.css")
        yield Site(address, backend, browser)
        for context in browser.contexts:
            context.close()
