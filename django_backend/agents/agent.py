"""What an agent is: everything that its sessions need to know of it, and nothing read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.services import Kind, Service

if TYPE_CHECKING:
    from livekit.agents.llm import Tool


@dataclass(frozen=True)
class TurnTaking:
    """How the agent tells that it is its turn, or the person's again; times in seconds.

    `ends_after` is the silence after which a person's turn is over, `interrupts_after` the speech
    that interrupts the agent. `by_model` lets the local turn detector judge a pause by the words.
    `speculates` lets replies be begun in a pause that may not be the end, where that helps.
    """

    ends_after: float = 0.6
    interrupts_after: float = 0.35
    by_model: bool = False
    speculates: bool = True


@dataclass(frozen=True)
class Limits:
    """When a session ends by itself: its seconds in all, and those in which nobody speaks."""

    session_seconds: float = 3600.0
    idle_seconds: float = 300.0


@dataclass(frozen=True)
class Replies:
    """How much of a conversation a language model is sent, and how much of a reply is taken.

    `history_tokens` counts what is sent, about four letters each; `tokens` is the most of a reply,
    0 for no limit; `seconds` the longest time from its first byte to its end.
    """

    history_tokens: int = 16_000
    tokens: int = 2_000
    seconds: float = 120.0


@dataclass(frozen=True)
class Agent:
    """One agent, resolved once when its session starts.

    `language` is an ISO 639-1 code, "" where recognition is to find out. `interim_words` says
    whether recognition gives words as they are spoken; None means that its server is asked.
    """

    instructions: str
    greeting: str
    language: str
    voice: str
    services: Mapping[Kind, Service]
    interim_words: bool | None = None
    tools: tuple[Tool, ...] = ()
    limits: Limits = Limits()
    turns: TurnTaking = TurnTaking()
    replies: Replies = Replies()
