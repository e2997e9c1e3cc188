"""The language model, by any server of OpenAI's API."""

from __future__ import annotations

from config.services import Service
from livekit.agents import llm
from livekit.plugins import openai

from agent_manager.providers.openai.client import client_of


def language_model(service: Service) -> llm.LLM:
    """The model that thinks of replies."""
    return openai.LLM(model=service.model, client=client_of(service))
