"""Operators of each role, as the backend meets them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from fakes.openai_api import OpenAIStandIn
from fakes.roles import People
from operators import accounts, keys
from operators.models import Operator, Role
from support.groups import starts_programs


def _pass_of(role: Role) -> str:
    is_owner = role is Role.OWNER
    user = User.objects.create_user(role.value, is_superuser=is_owner, is_staff=is_owner)
    operator = Operator.objects.create(user=user, role=role)
    return accounts.sign_in(operator)[0]


@pytest.fixture
async def people(browser: Any) -> AsyncIterator[People]:
    def with_token(token: str) -> httpx.AsyncClient:
        client: httpx.AsyncClient = browser(None)
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    passes = [await sync_to_async(_pass_of)(role) for role in Role]
    _key, secret = await sync_to_async(keys.make)("shop", ["agents"], None, "owner")
    yield People(*map(with_token, [*passes, secret]), stranger=browser(None))
    await User.objects.all().adelete()


@pytest.fixture(scope="module")
@starts_programs
def api() -> Iterator[OpenAIStandIn]:
    """A server that speaks OpenAI's API, on loopback."""
    with OpenAIStandIn() as running:
        yield running
