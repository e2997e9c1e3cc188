"""A stand-in for a file's tests, clean before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.openai_api import Delays, OpenAIStandIn

from agent.providers.language.chatting import Chat


@pytest.fixture(scope="module")
def quick_api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(Delays(llm_first_token=0.0, llm_word=0.0)) as api:
        yield api


@pytest.fixture
def api(quick_api: OpenAIStandIn) -> OpenAIStandIn:
    quick_api.clear()
    return quick_api


@pytest.fixture
def chat(api: OpenAIStandIn) -> Chat:
    return Chat(api)
