from __future__ import annotations

from typing import Any

import httpx
import pytest
from bistro import BISTRO, CSRF
from django.conf import settings


@pytest.fixture
async def owner(staff: httpx.AsyncClient) -> httpx.AsyncClient:
    """An operator's client, whose writes carry the form's token."""
    staff.cookies.set(settings.CSRF_COOKIE_NAME, CSRF)
    staff.headers["X-CSRFToken"] = CSRF
    return staff


@pytest.fixture
async def bistro(owner: httpx.AsyncClient) -> dict[str, Any]:
    """A stored agent, as the answer to its making tells it."""
    answer = await owner.post("/agents", json=BISTRO)
    assert answer.status_code == 201, answer.text
    return answer.json()
