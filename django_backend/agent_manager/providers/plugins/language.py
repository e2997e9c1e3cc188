"""What language models of LiveKit's plugins have in common."""

from __future__ import annotations

from typing import Any

from agents.agent import Replies
from livekit.agents import llm

from agent_manager.providers.openai.chat.history import KEPT, SUMMARY_ID, Message, fitted

MOST_TOKENS = 8192
"""Of a reply without a limit, where a server wants to be told one."""


class Fitting(llm.LLM):
    """Sends as much of a conversation as it may; a base of plugins' models.

    Whoever makes one sets `replies`.
    """

    replies: Replies

    @property
    def history_tokens(self) -> int:
        """How much of a conversation a request carries."""
        return self.replies.history_tokens

    def chat(self, *, chat_ctx: llm.ChatContext, **options: Any) -> llm.LLMStream:
        """A stream of the reply to a conversation."""
        return super().chat(chat_ctx=fitted_context(chat_ctx, self.history_tokens), **options)  # type: ignore[safe-super]


def fitted_context(context: llm.ChatContext, budget: int) -> llm.ChatContext:
    """The conversation without the oldest turns that are over the budget in tokens."""
    messages = [_message(item) for item in context.items]
    kept = fitted(messages, budget)
    if len(kept) == len(messages):
        return context
    return llm.ChatContext([message["item"] for message in kept])


def _message(item: llm.ChatItem) -> Message:
    """An item as messages are counted, with the item itself."""
    if item.type == "message":
        text = item.raw_text_content or ""
        mark = {KEPT: True} if item.id == SUMMARY_ID else {}
        return {"role": item.role, "content": text, "item": item, **mark}
    text = getattr(item, "output", "") or getattr(item, "arguments", "") or ""
    return {"role": "tool", "content": text, "item": item}
