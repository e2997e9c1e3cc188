"""HTTP_PROXY and NO_PROXY: the services are asked by the proxy, the media server never is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import backend
from support.media_server import MediaServer
from support.networks.forward_proxy import ForwardProxy, forward_proxy
from support.person import Person, person
from support.slow import but_first
from support.speech import line
from support.worker import worker

from agent.conftest import KEY
from agent.listeners.test_turns import WORDS, greeted

pytestmark = pytest.mark.usefixtures("short_voices")

DISPATCH = {"AGENT_RUNTIME": "dispatch", "AGENT_IDLE_PROCESSES": "1"}
RUNTIMES = {
    "embedded": {},
    "process": {**DISPATCH, "AGENT_EXECUTOR": "process"},
    "thread": {**DISPATCH, "AGENT_EXECUTOR": "thread"},
}


@pytest.fixture
def by_proxy(openai_api: OpenAIStandIn) -> Iterator[ForwardProxy]:
    openai_api.clear()
    with forward_proxy(speech_example=openai_api.port) as running:
        yield running


@pytest.mark.parametrize("capital", but_first([True, False]))
@pytest.mark.parametrize("runtime", list(RUNTIMES))
async def test_a_session_starts_and_talks_behind_a_proxy(
    media: MediaServer,
    openai_api: OpenAIStandIn,
    by_proxy: ForwardProxy,
    runtime: str,
    capital: bool,
) -> None:
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    env = {name if capital else name.lower(): by_proxy.url for name in names}
    if capital:
        env["NO_PROXY"] = "localhost,127.0.0.1"
    service = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://speech.example/v1"}
    with ExitStack() as stack:
        house = stack.enter_context(
            backend(media, **env, **service, **RUNTIMES[runtime], GREETING="Hello. I am here.")
        )
        if runtime != "embedded":
            stack.enter_context(worker(house))
        async with person(house, f"proxied-{runtime}") as ada:
            await talks_twice(ada)
    hosts = {target.split(" ")[1].split("/")[2] for target in by_proxy.asked}
    assert hosts == {"speech.example"}
    asked = {request.path.rpartition("/")[2] for request in openai_api.requests()}
    assert asked >= {"completions", "speech", "realtime"}
    assert {request.authorization for request in openai_api.requests()} == {f"Bearer {KEY}"}


async def talks_twice(ada: Person) -> None:
    """A greeting and two turns."""
    await greeted(ada)
    for turn in (1, 2):
        await ada.say(line(WORDS))
        await ada.until_final("user", turn)
        await ada.until_final("agent", turn + 1)
        await ada.until_quiet()
