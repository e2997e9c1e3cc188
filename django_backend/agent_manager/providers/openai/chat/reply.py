"""One reply as it comes: what is passed on of it, when it is enough, and what it was in the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from common.text import Joiner
from livekit.agents.llm import ChatChunk, ChoiceDelta

from agent_manager.providers.errors import Reason
from agent_manager.providers.openai.chat.calls import Calls
from agent_manager.providers.openai.chat.deltas import Delta, Ending
from agent_manager.providers.openai.chat.lead import Lead, Wait
from agent_manager.providers.openai.chat.limits import Watch


class Reply:
    """Takes the deltas of one reply and gives what livekit-agents is to get of them.

    `said` says that there were words or calls for a person or a tool; `is_enough` that the server
    is to be hung up on.
    """

    def __init__(self, offered: Collection[str], wait: Wait) -> None:
        self.said = False
        self.is_enough = False
        self.ending: Ending = ""
        self.closed_alone = False
        self._thought = False
        self._heard_any = False
        self._is_known = False
        self._joiner = Joiner()
        self._lead = Lead(wait)
        self._watch = Watch()
        self._calls = Calls(offered)
        self._id = ""

    def take(self, delta: Delta) -> list[ChatChunk]:
        """What to pass on of a delta."""
        self._heard_any = True
        self._is_known = self._is_known or delta.is_known
        self._id = delta.id or self._id
        self._thought = self._thought or delta.thought
        self.ending = delta.ending or self.ending
        for piece in delta.calls:
            self._calls.add(piece)
        text = self._joiner.feed(delta.text)
        self.is_enough = self.is_enough or self._watch.is_enough(text)
        chunks = self._chunks(self._lead.push(text) if text else "", delta)
        if delta.usage:
            chunks.append(ChatChunk(id=self._id, usage=delta.usage))
        return chunks

    def end(self) -> list[ChatChunk]:
        """What is still to pass on when the reply is over."""
        text = self._lead.end(was_cut=self.ending != "stop")
        calls = self._calls.complete()
        self.closed_alone = self._lead.closed_alone
        chunks = self._chunks(text)
        if calls:
            self.said = True
            delta = ChoiceDelta(role="assistant", tool_calls=calls)
            chunks.append(ChatChunk(id=self._id, delta=delta))
        return chunks

    def fault(self) -> Reason | None:
        """What was wrong with it, None when nothing was; it is over."""
        if self.ending == "filtered":
            return "filtered"
        if self.ending == "failed":
            return "broken_off" if self.said else "failed"
        if self.said:
            return None
        if self._heard_any and not self._is_known:
            return "wrong_answer"
        if self._calls.refused or self._lead.called:
            return "only_tool_call"
        return "only_thought" if self._thought or self._lead.thought else "empty"

    def _chunks(self, text: str, delta: Delta | None = None) -> list[ChatChunk]:
        extra = delta.extra if delta else None
        if not text and not extra:
            return []
        self.said = self.said or _has_words(text)
        words = ChoiceDelta(role="assistant", content=text or None, extra=extra)
        return [ChatChunk(id=self._id, delta=words)]


def _has_words(text: str) -> bool:
    """Whether there is anything to see in a text."""
    return any(not each.isspace() and unicodedata.category(each)[0] != "C" for each in text)
