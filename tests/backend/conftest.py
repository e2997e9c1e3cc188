"""The backend as tests meet it: the whole ASGI application, real SQLite, no agents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from agent_manager.runtimes import choice as runtimes
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from fakes.installation import GRACE, Installation
from fakes.runtime import FakeRuntime
from fakes.visitors import ALICE, BOB, visitor_token
from operators.accounts import sign_in
from operators.models import Operator, Role
from voice_sessions.actions import sessions
from voice_sessions.models import Session


@pytest.fixture
async def runtime(monkeypatch: pytest.MonkeyPatch) -> FakeRuntime:
    """The runtime that the backend uses in this test."""
    fake = FakeRuntime()
    monkeypatch.setattr(runtimes, "runtime", lambda: fake)
    return fake


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Installation:
    """Rooms and a clock around a real supervisor."""
    settings.SESSION_GRACE_SECONDS = GRACE
    return Installation(monkeypatch)


@pytest.fixture
def application() -> Any:
    """The backend's ASGI application."""
    from serving.application import application

    return application


@pytest.fixture
async def session(record: None) -> Session:
    """A session of Alice's whose agent can hear."""
    session = await Session.objects.acreate(
        id="session-of-alice", visitor=ALICE, room="kitchen", identity="ann"
    )
    await sync_to_async(sessions.activate)(session.id, 1)
    return session


Browser = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def browser(application: Any, runtime: FakeRuntime, record: None) -> AsyncIterator[Browser]:
    """Makes HTTP clients, one a visitor; None is somebody without a token."""
    cache.clear()
    clients: list[httpx.AsyncClient] = []

    def client(visitor: str | None = ALICE) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {visitor_token(visitor)}"} if visitor else {}
        transport = httpx.ASGITransport(app=application, client=("203.0.113.7", 5000))
        clients.append(
            httpx.AsyncClient(transport=transport, base_url="http://backend.test", headers=headers)
        )
        return clients[-1]

    yield client
    for opened in clients:
        await opened.aclose()


@pytest.fixture
async def alice(browser: Browser) -> httpx.AsyncClient:
    """A visitor's HTTP client."""
    return browser(ALICE)


@pytest.fixture
async def bob(browser: Browser) -> httpx.AsyncClient:
    """Another visitor's HTTP client."""
    return browser(BOB)


@pytest.fixture
async def staff(browser: Browser) -> AsyncIterator[httpx.AsyncClient]:
    """The HTTP client of somebody of the staff, signed in at /admin, without a visitor token."""
    client = browser(None)
    client.cookies.set(settings.SESSION_COOKIE_NAME, await sync_to_async(_signed_in)())
    yield client
    await User.objects.all().adelete()


def _signed_in() -> str:
    django_client = Client()
    django_client.force_login(User.objects.create_superuser("root", password="a-password"))
    return django_client.cookies[settings.SESSION_COOKIE_NAME].value


Operated = Callable[[Role], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def operated(browser: Browser) -> AsyncIterator[Operated]:
    """Makes the HTTP clients of operators as the site's server has them: `await operated(role)`."""

    async def client(role: Role) -> httpx.AsyncClient:
        opened = browser(None)
        secret, _until = await sync_to_async(_pass_of)(role)
        opened.headers["Authorization"] = f"Bearer {secret}"
        return opened

    yield client
    await User.objects.all().adelete()


def _pass_of(role: Role) -> tuple[str, datetime]:
    is_owner = role == Role.OWNER
    user = User.objects.create_user(f"{role}-operator", is_superuser=is_owner, is_staff=is_owner)
    return sign_in(Operator.objects.create(user=user, role=role))


@pytest.fixture
async def stranger(browser: Browser) -> httpx.AsyncClient:
    """The HTTP client of somebody without a visitor token."""
    return browser(None)
