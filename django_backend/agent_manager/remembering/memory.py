"""How an agent comes to know a long earlier conversation: by a summary, made beside the session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Self

import structlog
from agents.agent import Agent
from common.tasks import cancel
from livekit.agents.llm import LLM
from livekit.agents.metrics import LLMMetrics
from voice_sessions import steps as record
from voice_sessions.models import Session
from voice_sessions.refusals import told
from voice_sessions.transcripts import Earlier, Summary

from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.chat.history import tokens
from agent_manager.providers.openai.readiness import is_near
from agent_manager.providers.openai.transport import IS_ASIDE
from agent_manager.remembering.lines import Entries, Remembered, split
from agent_manager.remembering.summary import Summariser, TooManyRequests, of_notes

log = structlog.get_logger(__name__)
SUMMARY_SECONDS = 120.0
"""For which a summary may take, with all that it waits for."""
LOOK_SECONDS = 0.1
QUIET_SECONDS = 10.0
"""For which a summary that is there waits for a moment without a turn."""
OFFLINE_TOKENS = 4_096
"""What the local model reads; nothing is summarised for it, which would take it minutes."""


class NotKept(Exception):
    """A summary that the record does not take: what it is of was deleted, or the agent replaced."""


class Memory:
    """Gives an agent what was said before; as a context it has what does not fit summarised.

    Nobody waits for that. When it is there, `know` gets it. Where it does not come about, the
    agent goes on with as many lines as fit, and the log says why. `is_answering` tells whether a
    turn of the person goes on: a server nearby may answer one request after the other, so that one
    is asked only between turns.
    """

    def __init__(
        self,
        session: Session,
        agent: Agent,
        model: LLM,
        know: Callable[[str], Awaitable[None]],
        is_answering: Callable[[], bool],
    ) -> None:
        self._session = session
        self._agent = agent
        self._model = model
        self._know = know
        self._is_answering = is_answering
        self._service = agent.services["llm"]
        self._earlier = Earlier([], [])
        self._older: Entries = []
        self._task: asyncio.Task[None] | None = None

    async def recall(self) -> Remembered:
        """Returns what the agent knows of earlier sessions when its own begins."""
        if not self._session.continues_id:
            return Remembered()
        self._earlier = found = await record.patiently(record.earlier, self._session.id)
        if found.summary.text:
            return Remembered(found.entries[found.summary.lines :], summary=found.summary.text)
        remembered = split(found.entries, self._room)
        if self._service.offline and remembered.older:
            log.info("earlier_not_summarised", reason="offline", lines=len(remembered.older))
            return Remembered(found.entries)
        self._older = remembered.older
        return remembered

    async def __aenter__(self) -> Self:
        if self._older:
            self._task = asyncio.create_task(self._run(), name=f"memory {self._session.id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            await cancel(self._task)

    @cached_property
    def _summariser(self) -> Summariser:
        return Summariser(self._service, of_notes(self._agent.replies), self._count)

    @property
    def _room(self) -> int:
        """The tokens of a request that are not the agent's instructions."""
        room = self._summariser.room
        room = min(room, OFFLINE_TOKENS) if self._service.offline else room
        return max(0, room - tokens([{"content": self._agent.instructions}]))

    async def _run(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(SUMMARY_SECONDS):
                text = await self._kept()
        except ServiceError as error:
            self._log_failure(error.reason, status=error.status)
        except TimeoutError:
            self._log_failure("slow")
        except NotKept:
            self._log_failure("not_kept")
        except TooManyRequests:
            self._log_failure("too_many_requests")
        except Exception as error:  # one that nobody foresaw costs the summary and nothing else
            self._log_failure("failed", **told(error))
        else:
            seconds = round(time.monotonic() - began, 1)
            log.info("earlier_summarised", seconds=seconds, characters=len(text), **self._amounts)
            await self._until_quiet(QUIET_SECONDS)
            await self._know(text)

    async def _kept(self) -> str:
        """Returns the summary, which is in the record by then."""
        IS_ASIDE.set(True)
        others = self._earlier.others
        self._summariser.notes = others.text
        unread = self._older[others.lines :]
        lines = self._summariser.readable(unread)
        if len(lines) < len(unread):
            log.info("earlier_left_out", lines=len(unread) - len(lines))
        text = await self._between_turns(lines)
        if not await self._is_kept(Summary(text, len(self._older))):
            raise NotKept
        return text

    async def _is_kept(self, summary: Summary) -> bool:
        session, of = self._session, self._earlier.sessions
        keep = record.keep_summary
        return await record.patiently(keep, session.id, session.generation, summary, of)

    async def _between_turns(self, lines: Entries) -> str:
        """Returns the summary; of a server nearby, a turn of the person comes first each time."""
        if not await is_near(self._service):
            return await self._summariser.summarise(lines)
        while True:
            await self._until_quiet(SUMMARY_SECONDS)
            writing = asyncio.create_task(self._summariser.summarise(lines))
            try:
                if await self._is_undisturbed(writing):
                    return writing.result()
            finally:
                await cancel(writing)

    async def _is_undisturbed(self, writing: asyncio.Task[str]) -> bool:
        """Whether it comes to its end before a turn of the person begins."""
        while not writing.done():
            if self._is_answering():
                return False
            await asyncio.wait({writing}, timeout=LOOK_SECONDS)
        return True

    async def _until_quiet(self, seconds: float) -> None:
        """Returns when no turn goes on, at the latest after so many seconds."""
        for _ in range(round(seconds / LOOK_SECONDS)):
            if not self._is_answering():
                return
            await asyncio.sleep(LOOK_SECONDS)

    def _count(self, metrics: LLMMetrics) -> None:
        """Counts what a summary took as what replies take: by the session's own model."""
        self._model.emit("metrics_collected", metrics)

    @property
    def _amounts(self) -> dict[str, int]:
        summariser = self._summariser
        return {
            "lines": len(self._older),
            "requests": summariser.requests,
            "tokens": summariser.tokens,
        }

    def _log_failure(self, reason: str, **more: object) -> None:
        log.warning("earlier_not_summarised", reason=reason, **self._amounts, **more)
