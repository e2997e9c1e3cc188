"""How much of a conversation fits into a request: whole turns, the newest, and the instructions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livekit.agents.llm import ChatContext

Message = dict[str, Any]
"""One message of a chat as OpenAI's API takes it: role, content, calls of tools."""

CHARACTERS_A_TOKEN = 4
TOKENS_A_MESSAGE = 4
INSTRUCTIONS = ("system", "developer")
SUMMARY_ID = "summary"
"""The id of the item in a conversation that stands for older lines."""
KEPT = "kept"
"""Marks, until it is sent, a message that stays as instructions do, without their rank."""


def messages_of(context: ChatContext) -> list[Message]:
    """The messages of a conversation; one that stands for older lines is marked as kept."""
    messages, _ = context.to_provider_format(format="openai")
    summary = next((item for item in context.items if item.id == SUMMARY_ID), None)
    if summary is not None and summary.type == "message":
        text = summary.raw_text_content
        marked = next((each for each in messages if each.get("content") == text), {})
        marked[KEPT] = True
    return messages


def sendable(messages: list[Message]) -> list[Message]:
    """The messages without that mark."""
    return [{key: each[key] for key in each if key != KEPT} for each in messages]


def tokens(messages: list[Message]) -> int:
    """About how many tokens messages are. Letters beyond ASCII count as one each."""
    return sum(map(_tokens_of, messages))


def fitted(messages: list[Message], budget: int) -> list[Message]:
    """The messages without the oldest turns that are over the budget in tokens.

    Instructions always stay, and so do what is marked as kept and the last turn.
    """
    turns = _turns(messages)
    over = tokens(messages) - budget
    dropped: set[int] = set()
    for turn in turns[:-1]:
        if over <= 0:
            break
        over -= tokens([messages[place] for place in turn])
        dropped.update(turn)
    return [message for place, message in enumerate(messages) if place not in dropped]


def turn_count(messages: list[Message]) -> int:
    """How many turns messages hold."""
    return len(_turns(messages))


def _turns(messages: list[Message]) -> list[list[int]]:
    """The places of each turn's messages: from one message of the person to before the next.

    What the agent said before the person's first word is a turn of its own; a turn is begun by the
    first of several messages of the person.
    """
    turns: list[list[int]] = []
    before = ""
    for place, message in enumerate(messages):
        role = message.get("role")
        if role in INSTRUCTIONS or KEPT in message:
            continue
        if not turns or (role == "user" and before != "user"):
            turns.append([])
        turns[-1].append(place)
        before = str(role)
    return turns


def _tokens_of(message: Message) -> int:
    content = message.get("content")
    text = content if isinstance(content, str) else json.dumps(content or "", ensure_ascii=False)
    if calls := message.get("tool_calls"):
        text += json.dumps(calls, ensure_ascii=False)
    ascii_letters = len(text.encode("ascii", "ignore"))
    return TOKENS_A_MESSAGE + ascii_letters // CHARACTERS_A_TOKEN + len(text) - ascii_letters
