from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.backend import FakeBackend
from flask import Flask
from flask.testing import FlaskClient

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
