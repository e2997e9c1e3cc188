"""Sessions that were, in the record, and the agent of one that continues them; without media."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent_manager.remembering.memory import Memory
from agents.agent import Agent, Replies
from asgiref.sync import sync_to_async
from config.secret import Secret
from config.services import Service
from fakes.openai_api import OpenAIStandIn
from fakes.visitors import ALICE
from livekit.agents.metrics import LLMMetrics
from support.waiting import until_async
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final
from voice_sessions.models import Session

ROOM = 1_000
"""Tokens that a request of these agents carries."""
_numbers = itertools.count(1)


def talk(count: int, name: str) -> list[tuple[str, str]]:
    """So many turns of about 100 tokens, as role and text, each with a name of its own."""
    said = [(f"{name}-{number}-asked", f"{name}-{number}-told") for number in range(count)]
    return [
        line
        for asked, told in said
        for line in (("user", f"{asked} " + "a" * 180), ("agent", f"{told} " + "b" * 180))
    ]


@sync_to_async
def session(lines: Sequence[tuple[str, str]] = (), continues: str | None = None) -> Session:
    """A session of Alice's in which this was said and which is over; without lines it goes on."""
    room = f"room-{next(_numbers)}"
    new, _ = sessions.start(sessions.NewSession(ALICE, room, "ann", continues_id=continues))
    if lines:
        _end(new.id, lines)
    return new


def _end(session_id: str, lines: Sequence[tuple[str, str]]) -> None:
    for number, (role, text) in enumerate(lines):
        final = Final(role=role, text=text, segment=f"s{number}")  # type: ignore[arg-type]
        event_log.append(session_id, 1, final)
    sessions.end(session_id, EndReason.STOPPED)
    sessions.finish(session_id)


end = sync_to_async(_end)
"""Has this be said in a session, which is over then."""


@sync_to_async
def stored(session_id: str) -> tuple[str, int]:
    """The summary that a session has, and of how many lines."""
    return Session.objects.values_list("summary", "summarised").get(id=session_id)


class Model:
    """The session's own model, as far as a summary's tokens are counted by it."""

    def __init__(self) -> None:
        self.counted: list[LLMMetrics] = []

    def emit(self, event: str, metrics: LLMMetrics) -> None:
        """Takes the metrics of a request."""
        assert event == "metrics_collected"
        self.counted.append(metrics)


@dataclass
class Continued:
    """The memory of an agent that asks the stand-in; `known` are the summaries that it was told."""

    session: Session
    api: OpenAIStandIn
    room: int = ROOM
    offline: bool = False
    is_answering: bool = False
    known: list[str] = field(default_factory=list)
    model: Model = field(default_factory=Model)

    def memory(self) -> Memory:
        """A memory of the session's agent."""
        key, name = Secret("sk-of-memory"), f"model-{next(_numbers)}"
        service = Service(self.api.base_url, key, name, offline=self.offline)
        services: Any = {"llm": service}
        agent = Agent("You sell tea.", "", "en", "alloy", services, replies=Replies(self.room))
        model: Any = self.model
        return Memory(self.session, agent, model, self._know, lambda: self.is_answering)

    async def summarised(self) -> int:
        """Has the session's older lines summarised, and returns how many there are."""
        memory = self.memory()
        before = await memory.recall()
        async with memory:
            await until_async(lambda: self.known, what="the agent knows the summary")
        return len(before.older)

    async def _know(self, summary: str) -> None:
        self.known.append(summary)
