from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fakes.console import FakeConsole
from flask import Flask
from flask.testing import FlaskClient

SECRET = "a-visitor-secret-for-tests-0123456789"
SITE = "https://localhost"
COOKIE = "__Host-voice_agent_8443_operator"
SignedIn = Callable[[str], FlaskClient]


@pytest.fixture
def backend() -> Iterator[FakeConsole]:
    """A backend that knows operators; it stands in for the one of visitors."""
    with FakeConsole(SECRET) as backend:
        yield backend


@pytest.fixture
def signed_in(app: Flask, backend: FakeConsole) -> SignedIn:
    """The browser of an operator who has signed in: `signed_in("mara")`."""

    def client(name: str) -> FlaskClient:
        opened = app.test_client()
        opened.set_cookie(COOKIE, backend.sign_in(name), secure=True)
        return opened

    return client
