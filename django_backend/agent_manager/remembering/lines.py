"""What an agent knows of earlier sessions: which lines word for word, and which by a summary."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from livekit.agents.llm import (
    ChatContext,
    ChatItem,
    ChatMessage,
    FunctionCall,
    FunctionCallOutput,
)
from livekit.agents.utils import shortuuid
from voice_sessions.transcripts import Entry, ToolUse

from agent_manager.providers.openai.chat.history import SUMMARY_ID, tokens

Entries = list[Entry]
MOST_SHARE = 0.5
"""Of what a request carries: so much may be of earlier sessions, the rest is for this one."""
NEWEST_SHARE = 0.25
"""So much of it stays word for word where that is exceeded."""
OLDER = "older."
"""Begins the ids of the items that a summary will stand for."""
NOT_KNOWN = (
    "It is not known whether this was done, because the connection was lost. Do not do it again "
    "unless the person asks for it."
)
OPENING = "What I remember of our earlier conversation:"


@dataclass(frozen=True)
class Remembered:
    """Lines of earlier sessions, oldest first: the older ones, or their summary, and the newest."""

    newest: Entries = field(default_factory=list)
    older: Entries = field(default_factory=list)
    summary: str = ""


def split(entries: Entries, room: int) -> Remembered:
    """Returns all lines as the newest where they fit, else as older ones and the newest turns.

    `room` is how many tokens of a conversation a request carries.
    """
    if size(entries) <= room * MOST_SHARE:
        return Remembered(entries)
    place = newest_turns(entries, room * NEWEST_SHARE)
    return Remembered(entries[place:], entries[:place])


def newest_turns(entries: Entries, most: float) -> int:
    """Returns the place from which on whole turns are at most so many tokens.

    Where the last turn is longer than that, it is a place within it. A turn begins with the first
    of several lines of the person.
    """
    left = most
    turn = line = len(entries)
    for place in reversed(range(len(entries))):
        left -= size([entries[place]])
        if left < 0:
            break
        line = place
        if _begins_turn(entries, place):
            turn = place
    return turn if turn < len(entries) else line


def _begins_turn(entries: Entries, place: int) -> bool:
    is_first = place == 0 or entries[place - 1]["role"] == "agent"
    return is_first and entries[place]["role"] == "user"


def size(entries: Entries) -> int:
    """Returns about how many tokens lines are."""
    return tokens([{"content": entry["text"]} for entry in entries])


def context_of(before: Remembered, entries: Entries, used: Sequence[ToolUse] = ()) -> ChatContext:
    """Returns the conversation that begins with what is remembered and goes on with these lines.

    `used` are the tools that an agent before this one has used in it.
    """
    summary = [_summary(before.summary)] if before.summary else []
    older = [_item(entry, f"{OLDER}{place}") for place, entry in enumerate(before.older)]
    newest = [_item(entry) for entry in before.newest]
    return ChatContext([*summary, *older, *newest, *_with_tools(entries, used)])


def _with_tools(entries: Entries, used: Sequence[ToolUse]) -> list[ChatItem]:
    """The lines, and the calls of tools where they were made."""
    items: list[ChatItem] = []
    left = list(used)
    for entry in entries:
        while left and left[0].seq < entry["order"]:
            items += _call(left.pop(0))
        items.append(_item(entry))
    return [*items, *(item for use in left for item in _call(use))]


def _call(use: ToolUse) -> list[ChatItem]:
    """A call and what is known of its result."""
    call_id, ended = shortuuid("call_"), use.ended or {}
    arguments = json.dumps(use.arguments, ensure_ascii=False)
    result = ended.get("summary", "") if ended else NOT_KNOWN
    return [
        FunctionCall(call_id=call_id, name=use.name, arguments=arguments),
        FunctionCallOutput(
            call_id=call_id, name=use.name, output=result, is_error=not ended.get("ok", False)
        ),
    ]


def with_summary(context: ChatContext, summary: str) -> ChatContext:
    """Returns the conversation with the summary in place of the older lines."""
    items: list[ChatItem] = []
    for item in context.items:
        if not item.id.startswith(OLDER):
            items.append(item)
        elif not any(each.id == SUMMARY_ID for each in items):
            items.append(_summary(summary, item.created_at))
    return ChatContext(items)


def _item(entry: Entry, item_id: str = "") -> ChatMessage:
    return ChatMessage(
        id=item_id or shortuuid("item_"),
        role="assistant" if entry["role"] == "agent" else "user",
        content=[entry["text"]],
        interrupted=bool(entry["interrupted"]),
    )


def _summary(text: str, created_at: float = 0.0) -> ChatMessage:
    """The agent's own words, which no model obeys: what was said before gets no higher rank."""
    content = f"{OPENING}\n{text}"
    return ChatMessage(id=SUMMARY_ID, role="assistant", content=[content], created_at=created_at)
