"""Speech and language servers that are down or refuse: the person hears or reads of it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend, backend
from support.media_server import MediaServer
from support.person import Person, person

from agent.listeners.failing import CODES, ask, named_in_time
from agent.listeners.test_turns import WORDS, greeted

pytestmark = pytest.mark.usefixtures("short_voices")


@pytest.mark.parametrize("fault", list(CODES))
@pytest.mark.parametrize("kind", ["llm", "tts"])
async def test_a_failing_service_is_named_within_eight_seconds(
    ada: Person, openai_api: OpenAIStandIn, kind: str, fault: str
) -> None:
    await named_in_time(openai_api, kind, fault, ada)


@pytest.mark.parametrize("fault", list(CODES))
async def test_failing_recognition_is_named_within_eight_seconds(
    ada: Person, bert: Person, openai_api: OpenAIStandIn, fault: str
) -> None:
    """Streamed to one of them, and utterance by utterance to the other."""
    await named_in_time(openai_api, "stt", fault, ada, bert)


@pytest.fixture(scope="module")
def batch(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    with backend(
        media,
        OPENAI_API_KEY="sk-x",
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING="Hello. I am here.",
        STT_STREAMING="off",
        MAX_SESSIONS_PER_VISITOR="8",
    ) as running:
        yield running


@pytest.fixture
async def bert(batch: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    """A person whose backend transcribes utterance by utterance."""
    openai_api.clear()
    async with person(batch, f"batch-{secrets.token_hex(3)}", "bert") as somebody:
        yield somebody


async def test_batch_recognition_answers_too(bert: Person) -> None:
    await greeted(bert)
    await ask(bert)
    heard = (await bert.until_final("user", 1))["text"]
    assert heard.startswith(WORDS)  # twice where a busy machine stretched a pause
    await bert.until_final("agent", 2)
