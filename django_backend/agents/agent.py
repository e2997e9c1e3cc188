"""What an agent is: everything that its sessions need to know of it, and nothing read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from config.services import Kind, Service

from agents.tools.specs import ToolSpec

DEFAULT = "default"
"""The slug of the agent that the settings describe, and that sessions get which name none."""
Speaker = Literal["agent", "person"]
GreetingBy = Literal["text", "model"]
Visibility = Literal["public", "link", "operators"]
Pace = Literal["quick", "normal", "patient"]
PACES: Mapping[Pace, float] = {"quick": 0.4, "normal": 0.6, "patient": 1.2}
"""Seconds of silence after which a person's turn is over."""


@dataclass(frozen=True)
class TurnTaking:
    """How the agent tells that it is its turn, or the person's again; times in seconds.

    `ends_after` is the silence after which a person's turn is over, `interrupts_after` the speech
    that interrupts the agent, where it `may_be_interrupted`. `by_model` lets the local turn
    detector judge a pause by the words. `speculates` lets replies be begun in a pause that may not
    be the end, where that helps.
    """

    ends_after: float = PACES["normal"]
    interrupts_after: float = 0.35
    by_model: bool = False
    speculates: bool = True
    may_be_interrupted: bool = True


@dataclass(frozen=True)
class Limits:
    """When a session ends by itself: its seconds in all, and those in which nobody speaks."""

    session_seconds: float = 3600.0
    idle_seconds: float = 300.0


@dataclass(frozen=True)
class Replies:
    """How much of a conversation a language model is sent, and how much of a reply is taken.

    `history_tokens` counts what is sent, about four letters each; `tokens` is the most of a reply,
    0 for no limit; `seconds` the longest time from its first byte to its end. `temperature` is how
    freely the model chooses its words; None leaves that to its server.
    """

    history_tokens: int = 16_000
    tokens: int = 2_000
    seconds: float = 120.0
    temperature: float | None = None


@dataclass(frozen=True)
class Agent:
    """One agent, resolved once when its session starts.

    `language` is an ISO 639-1 code, "" where recognition is to find out. `interim_words` says
    whether recognition gives words as they are spoken; None means that its server is asked. The
    `first_speaker` of a session begins it: an agent with its `greeting`, which its language model
    makes anew each time where it is `greeting_by` that; `greeting_varies` says that something of
    the session was filled in. `speech_rate` is how fast its voice speaks,
    1.0 as it is; None leaves that to its server. `timezone` is a name of the IANA database.
    """

    instructions: str
    greeting: str
    language: str
    voice: str
    services: Mapping[Kind, Service]
    interim_words: bool | None = None
    tools: tuple[ToolSpec, ...] = ()
    limits: Limits = Limits()
    turns: TurnTaking = TurnTaking()
    replies: Replies = Replies()
    recording: Literal["off", "ask"] = "off"
    slug: str = DEFAULT
    name: str = ""
    first_speaker: Speaker = "agent"
    greeting_by: GreetingBy = "text"
    greeting_varies: bool = False
    speech_rate: float | None = None
    timezone: str = "UTC"


@dataclass(frozen=True)
class Offer:
    """What a visitor is told of an agent before they talk with it, and may do.

    `revision` is the number of the stored one that a session gets, None for the settings' own
    agent. `draft_id` is that of what is tried and not saved. `visitor_instructions` lets a visitor
    say what the agent should be. `variables` are the names of what a start may pass, with the value
    that counts where it passes none.
    """

    slug: str
    name: str
    description: str
    language: str
    visibility: Visibility
    revision: int | None = None
    revision_id: int | None = None
    visitor_instructions: bool = False
    recording: Literal["off", "ask"] = "off"
    embed_sites: tuple[str, ...] = ()
    draft_id: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
