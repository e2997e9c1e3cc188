"""The language model, by any server of OpenAI's API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from agents.agent import Replies
from config.services import Service
from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, APIConnectOptions, llm
from livekit.agents.inference.llm import drop_unsupported_params
from livekit.agents.types import NotGivenOr
from livekit.agents.utils import is_given
from livekit.plugins import openai

from agent_manager.providers.openai.chat.known import KnownServer, KnownServers
from agent_manager.providers.openai.chat.stream import ReplyStream
from agent_manager.providers.openai.client import client_of

_known_servers = KnownServers()


class LanguageModel(openai.LLM):
    """The plugin's model with streams of our own: they say what went wrong, and keep to limits."""

    def __init__(self, service: Service, replies: Replies, cache_key: str = "") -> None:
        super().__init__(model=service.model, client=client_of(service))
        self._cache_key = cache_key
        self._service = service
        self._replies = replies

    @property
    def history_tokens(self) -> int:
        """How much of a conversation a request carries, by the limit and by what is known."""
        return self._known.budget

    @property
    def _known(self) -> KnownServer:
        service, replies = self._service, self._replies
        host = urlsplit(service.base_url).hostname or ""
        limits = (replies.history_tokens, replies.tokens)
        server = (service.base_url, service.model, host, *limits)
        return _known_servers.of(*server, is_clean=service.offline)

    def chat(  # type: ignore[override]
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: NotGivenOr[bool] = NOT_GIVEN,
        tool_choice: NotGivenOr[llm.ToolChoice] = NOT_GIVEN,
        response_format: NotGivenOr[Any] = NOT_GIVEN,
        extra_kwargs: NotGivenOr[dict[str, Any]] = NOT_GIVEN,
    ) -> llm.LLMStream:
        """A stream of the reply to a conversation."""
        fields: dict[str, Any] = {"model": self._opts.model}
        if self._replies.temperature is not None:
            fields["temperature"] = self._replies.temperature
        fields |= dict(extra_kwargs) if is_given(extra_kwargs) else {}
        if self._cache_key:
            fields["prompt_cache_key"] = self._cache_key
        if is_given(self._opts.reasoning_effort):
            fields["reasoning_effort"] = self._opts.reasoning_effort
        if tools and is_given(parallel_tool_calls):
            fields["parallel_tool_calls"] = parallel_tool_calls
        if tools and is_given(tool_choice):
            fields["tool_choice"] = tool_choice
        return ReplyStream(
            self,
            client=self._client,
            known=self._known,
            fields=drop_unsupported_params(self._opts.model, fields, tools=tools),
            seconds=self._replies.seconds,
            chat_ctx=chat_ctx,
            tools=tools or [],
            may_call=not is_given(tool_choice) or tool_choice != "none",
            conn_options=conn_options,
        )


def language_model(service: Service, replies: Replies, cache_key: str = "") -> LanguageModel:
    """The model that thinks of replies; a server that knows the key finds its cache by it."""
    return LanguageModel(service, replies, cache_key)
