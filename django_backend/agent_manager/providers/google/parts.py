"""Google: the Gemini models, by LiveKit's plugin."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Self

import httpx2 as httpx
from agents.agent import Replies
from config.services import Service
from google.genai import types
from livekit.agents import NOT_GIVEN
from livekit.plugins import google

from agent_manager.providers.openai.patience import MOST_SERVICES
from agent_manager.providers.openai.transport import ServiceTransport
from agent_manager.providers.plugins.language import Fitting


class Gemini(Fitting, google.LLM):  # type: ignore[misc]
    """A Gemini model."""

    def __init__(self, service: Service, replies: Replies) -> None:
        budget, top_p = service.option("thinking_budget"), service.option("top_p")
        thinking = None if budget is None else types.ThinkingConfig(thinking_budget=int(budget))
        super().__init__(
            model=service.model,
            api_key=service.api_key,
            vertexai=False,
            temperature=NOT_GIVEN if replies.temperature is None else replies.temperature,
            max_output_tokens=replies.tokens or NOT_GIVEN,
            top_p=float(top_p) if top_p else NOT_GIVEN,
            thinking_config=thinking or NOT_GIVEN,
            http_options=types.HttpOptions(
                base_url=service.base_url, httpx_async_client=_client_of(service)
            ),
        )
        self.replies = replies


def language_model(service: Service, replies: Replies) -> Gemini:
    """The model that thinks of replies."""
    return Gemini(service, replies)


@lru_cache(MOST_SERVICES)
def _client_of(service: Service) -> httpx.AsyncClient:
    """The client that all sessions of a process share, which follows no redirect of its own."""
    return _Shared(transport=ServiceTransport(service), follow_redirects=False)


class _Shared(httpx.AsyncClient):
    """A client that stays the same where Google's library copies its options."""

    def __deepcopy__(self, _known: dict[int, Any]) -> Self:
        return self
