"""A stand-in for a file's tests, clean before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agent_manager.remembering import summary
from fakes.openai_api import Delays, OpenAIStandIn
from livekit.agents import APIConnectOptions

NOTES = "The person keeps bees."


@pytest.fixture(scope="module")
def quick_api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(Delays(llm_first_token=0.0, llm_word=0.0)) as api:
        yield api


@pytest.fixture
def api(quick_api: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch) -> OpenAIStandIn:
    """It answers with NOTES, and nobody waits long before asking it again."""
    quick_api.clear()
    quick_api.reply = NOTES
    monkeypatch.setattr(summary, "RETRIES", APIConnectOptions(max_retry=1, retry_interval=0.01))
    return quick_api
