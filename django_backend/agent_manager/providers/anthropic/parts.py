"""Anthropic: the Claude models, by LiveKit's plugin over the project's own transport."""

from __future__ import annotations

from functools import lru_cache

import httpx2 as httpx
from agents.agent import Replies
from anthropic import AsyncAnthropic
from config.services import Service
from livekit.agents import NOT_GIVEN
from livekit.plugins import anthropic

from agent_manager.providers.openai.patience import MOST_SERVICES
from agent_manager.providers.openai.transport import ServiceTransport
from agent_manager.providers.plugins.language import MOST_TOKENS, Fitting
from agent_manager.providers.plugins.session import root_of

WARMEST = 1.0
"""The highest temperature that the models take."""


class Claude(Fitting, anthropic.LLM):  # type: ignore[misc]
    """A Claude model."""

    def __init__(self, service: Service, replies: Replies) -> None:
        top_k, warmth = service.option("top_k"), replies.temperature
        super().__init__(
            model=service.model,
            api_key=service.api_key,
            client=_client_of(service),
            max_tokens=replies.tokens or MOST_TOKENS,
            temperature=NOT_GIVEN if warmth is None else min(warmth, WARMEST),
            top_k=int(top_k) if top_k else NOT_GIVEN,
            caching="ephemeral" if service.option("caching") else NOT_GIVEN,
        )
        self.replies = replies


def language_model(service: Service, replies: Replies) -> Claude:
    """The model that thinks of replies."""
    return Claude(service, replies)


@lru_cache(MOST_SERVICES)
def _client_of(service: Service) -> AsyncAnthropic:
    """The client that all sessions of a process share; it goes by the service's proxy."""
    return AsyncAnthropic(
        api_key=service.api_key,
        auth_token=None,
        base_url=root_of(service),
        max_retries=0,
        http_client=httpx.AsyncClient(transport=ServiceTransport(service)),
    )
