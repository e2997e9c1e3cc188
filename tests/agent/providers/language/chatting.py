"""A conversation with a language model of the stand-in, without media."""

from __future__ import annotations

import itertools

from agent_manager.providers.openai.llm import LanguageModel
from agents.agent import Replies
from config.secret import Secret
from config.services import Service
from fakes.openai_api import OpenAIStandIn
from livekit.agents import APIConnectOptions, llm
from livekit.agents.llm import ChatContext, CollectedResponse, LLMError

INSTRUCTIONS = "You sell tea."
QUICKLY = APIConnectOptions(max_retry=1, retry_interval=0.02, timeout=6)
_numbers = itertools.count(1)


class Chat:
    """A conversation with a server and model that nobody has asked before.

    `errors` are what livekit-agents was told, also of what was tried again.
    """

    def __init__(self, api: OpenAIStandIn, **limits: int | float) -> None:
        number = next(_numbers)
        service = Service(api.base_url, Secret(f"sk-of-chat-{number}"), f"model-{number}")
        self.api = api
        self.errors: list[LLMError] = []
        self.model = LanguageModel(service, Replies(**limits))  # type: ignore[arg-type]
        self.model.on("error", self.errors.append)
        self.context = ChatContext.empty()
        self.context.add_message(role="system", content=INSTRUCTIONS)

    async def ask(self, text: str, tools: list[llm.Tool] | None = None) -> str:
        """The words of the reply, which becomes part of the conversation."""
        self.context.add_message(role="user", content=text)
        found = await self.collect(tools)
        self.context.add_message(role="assistant", content=found.text)
        return found.text

    async def collect(self, tools: list[llm.Tool] | None = None) -> CollectedResponse:
        """The reply to the conversation as it is."""
        stream = self.model.chat(chat_ctx=self.context, tools=tools, conn_options=QUICKLY)
        return await stream.collect()

    def asked(self) -> int:
        """How many requests there were."""
        return len(self.api.requests("/v1/chat/completions"))
