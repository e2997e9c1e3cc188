"""The language model, by any server of OpenAI's API."""

from __future__ import annotations

from functools import partial
from typing import Any

from config.services import Service
from livekit.agents import llm
from livekit.plugins import openai

from agent_manager.providers.causes import as_told
from agent_manager.providers.openai.client import client_of


class LanguageModel(openai.LLM):
    """openai.LLM that says what became of a request, as its transport found it."""

    def chat(self, **options: Any) -> openai.LLMStream:
        """Returns the reply as it comes."""
        stream = super().chat(**options)
        stream._run = partial(as_told, stream._run)  # type: ignore[method-assign]
        return stream


def language_model(service: Service) -> llm.LLM:
    """The model that thinks of replies."""
    return LanguageModel(model=service.model, client=client_of(service))
