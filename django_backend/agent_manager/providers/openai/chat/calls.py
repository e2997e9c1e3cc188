"""Calls of tools in a reply, put together from their pieces; only those that were offered count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from common.text import mend
from livekit.agents.llm import FunctionToolCall
from livekit.agents.utils import shortuuid

from agent_manager.providers.openai.chat.deltas import CallPiece

MOST_CALLS = 32
MOST_ARGUMENTS = 200_000
"""Characters of one call's arguments that are kept."""


@dataclass
class _Call:
    index: int
    id: str
    name: str
    arguments: str
    extra: dict[str, Any] | None


class Calls:
    """The calls of one reply. `refused` says that a tool was called which nobody offered."""

    def __init__(self, offered: Collection[str]) -> None:
        self.refused = False
        self._offered = offered
        self._calls: list[_Call] = []

    def add(self, piece: CallPiece) -> None:
        """Takes a piece: one with a name begins a call, unless it repeats the last one's."""
        last = self._last_of(piece)
        if last is None:
            if piece.name and len(self._calls) < MOST_CALLS:
                self._calls.append(_Call(**vars(piece)))
        elif len(last.arguments) < MOST_ARGUMENTS:
            last.arguments += piece.arguments

    def complete(self) -> list[FunctionToolCall]:
        """The calls of tools that were offered; `refused` is known from here on."""
        self.refused = any(call.name not in self._offered for call in self._calls)
        return [
            FunctionToolCall(
                name=call.name,
                arguments=mend(call.arguments) or "{}",
                call_id=mend(call.id) or shortuuid("call_"),
                extra=call.extra,
            )
            for call in self._calls
            if call.name in self._offered
        ]

    def _last_of(self, piece: CallPiece) -> _Call | None:
        """The call that a piece goes on with; some servers give every call the index 0."""
        same = [call for call in self._calls if call.index == piece.index]
        if not same or (piece.name and piece.id and piece.id != same[-1].id):
            return None
        return same[-1]
