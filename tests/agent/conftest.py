"""The real media server and backend, with a stand-in for OpenAI, shared by a file's tests."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend, backend
from support.groups import starts_programs
from support.media_server import MediaServer, media_server
from support.person import Person, person

from agent.habits import briefly

KEY = "sk-test-of-all-services"
_rooms = itertools.count(1)


@pytest.fixture(scope="session")
@starts_programs
def media() -> Iterator[MediaServer]:
    with media_server() as running:
        yield running


@pytest.fixture(scope="module")
def openai_api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as api:
        yield api


def served(media: MediaServer, api: OpenAIStandIn, **settings: str) -> Iterator[Backend]:
    """A backend whose agents use the stand-in, for a fixture; its log is printed at the end."""
    usual = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": api.base_url,
        "GREETING": "Hello. I am here.",
    }
    with backend(media, **(usual | settings)) as running:
        yield running
        print(running.process.output())


@pytest.fixture(scope="module")
def agents(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    yield from served(media, openai_api, SESSION_GRACE_SECONDS="3", MAX_SESSIONS_PER_VISITOR="8")


@pytest.fixture
async def ada(agents: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    """A person in a room of her own, and a stand-in that works."""
    openai_api.clear()
    async with person(agents, f"room-{next(_rooms)}") as somebody:
        yield somebody


@pytest.fixture
def short_voices(openai_api: OpenAIStandIn) -> Iterator[None]:
    """For tests to which it is nothing how long the agent speaks: whatever it says is short."""
    with briefly(openai_api):
        yield


@pytest.fixture
def long_reply(openai_api: OpenAIStandIn) -> Iterator[str]:
    """A reply of about 40 s; the stand-in has its usual one again afterwards."""
    usual = openai_api.reply
    openai_api.reply = " ".join(f"This is sentence {n} of my long answer." for n in range(20))
    yield openai_api.reply
    openai_api.reply = usual
