"""What is known of each server and model from what they answered, for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from agent_manager.providers.openai.chat.history import Message, fitted, tokens, turn_count
from agent_manager.providers.openai.chat.lead import Wait
from agent_manager.providers.openai.chat.refusals import Refusal
from agent_manager.providers.openai.chat.shapes import Shape

log = structlog.get_logger(__name__)
MOST_SERVERS = 64
REMEMBERED_SECONDS = 3600.0
SHAPE_STATUSES = (0, 400, 404, 405, 413, 422, 500, 501)
"""Statuses of refusals that another request may mend; 0 is an error within a stream."""
BAD_REQUEST = (400, 422)
"""Those that say that the request is at fault even where they do not say how."""
OF_OPENAI = ("api.openai.com", ".openai.azure.com")
CLEAN = ("api.openai.com", ".openai.azure.com", "api.anthropic.com", "api.groq.com")
"""Hosts that never send reasoning among the words."""


class KnownServer:
    """What a server and model take, how much they read, and whether they think aloud.

    `budget` is the history's tokens, `reply_tokens` the most of a reply, 0 for no limit.
    """

    def __init__(self, host: str, budget: int, reply_tokens: int) -> None:
        self.host = host
        self.budget = budget
        self.reply_tokens = reply_tokens
        token_field = "max_completion_tokens" if host.endswith(OF_OPENAI) else "max_tokens"
        self.shape = Shape(token_field)
        self._is_clean = host.endswith(CLEAN)
        self._thinks: bool | None = None
        self._plain_from: Shape | None = None
        self._plain_failed = False

    @property
    def wait(self) -> Wait:
        """How long a reply's beginning is held back in case it turns out to be reasoning."""
        if self._is_clean:
            return "no"
        if self._thinks is None:
            return "warily"
        return "until_closed" if self._thinks else "a_sentence"

    def request(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a request, by name, with as much of the history as fits."""
        messages = fitted(fields["messages"], self.budget)
        return self.shape.request({**fields, "messages": messages}, self.reply_tokens)

    def answered(self, *, closed_alone: bool) -> None:
        """A whole reply came; `closed_alone`: it began with reasoning that nothing opened."""
        self._plain_from = None
        self._thinks = closed_alone

    def lift_reply_limit(self) -> bool:
        """Whether there was a limit of tokens, which left no room for words; there is none now."""
        lifted, self.reply_tokens = self.reply_tokens > 0, 0
        if lifted:
            self._tell("reply_limit", self.shape.token_field)
        return lifted

    def learn(self, refusal: Refusal, fields: Mapping[str, Any]) -> bool:
        """Whether the request is worth another try after what this refusal has told."""
        if refusal.status not in SHAPE_STATUSES:
            return False
        if refusal.is_too_long:
            return self._learn_size(refusal, fitted(fields["messages"], self.budget))
        change, field = self._shape_after(refusal, fields)
        if change is None:
            return False
        self.shape = change
        self._tell("request_shape", field)
        return True

    def _shape_after(self, refusal: Refusal, fields: Mapping[str, Any]) -> tuple[Shape | None, str]:
        """The shape of the next try, None without one; and what is told of it."""
        sent = self.shape.request(fields, self.reply_tokens)
        field = refusal.refused_field(sent)
        if field and (found := self.shape.without_field(field)):
            return found, field
        if refusal.no_system and not self.shape.no_system:
            return replace(self.shape, no_system=True), "system"
        if refusal.in_turns and not self.shape.in_turns:
            return replace(self.shape, in_turns=True), "roles"
        if refusal.in_turns and not self.shape.no_system:
            return replace(self.shape, no_system=True), "system"
        return self._plain_after(refusal, fields), "all"

    def _plain_after(self, refusal: Refusal, fields: Mapping[str, Any]) -> Shape | None:
        """The plainest shape, which is tried once; when that fails too all is as it was."""
        if self._plain_from is not None:
            self.shape, self._plain_from, self._plain_failed = self._plain_from, None, True
            return None
        if refusal.status not in BAD_REQUEST or self._plain_failed or refusal.code in NOT_SHAPE:
            return None
        found = self.shape.plain(fields)
        self._plain_from = self.shape if found else None
        return found

    def _learn_size(self, refusal: Refusal, sent: list[Message]) -> bool:
        """Whether a shorter history, or a smaller limit of the reply, may be taken."""
        estimated = tokens(sent)
        reply = min(self.reply_tokens, refusal.window // 4) if refusal.window else 0
        if turn_count(sent) < 2:
            smaller, self.reply_tokens = reply < self.reply_tokens, reply
            return smaller
        room = refusal.window - reply
        if refusal.window and refusal.asked > room:
            budget = estimated * room / refusal.asked * 0.9
        else:
            budget = room * 0.7 if refusal.window else estimated * 0.5
        self.budget = int(min(budget, estimated * 0.9))
        self.reply_tokens = reply or self.reply_tokens
        self._tell("history", "messages", budget=self.budget, window=refusal.window)
        return True

    def _tell(self, what: str, field: str, **numbers: int) -> None:
        log.info("llm_adapted", host=self.host, what=what, field=field, **numbers)


NOT_SHAPE = frozenset({"content_filter", "model_not_found", "invalid_api_key"})
"""Codes of refusals that no other shape mends."""


class KnownServers:
    """The servers and models that were asked lately; the oldest make room."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: OrderedDict[tuple[str, str, int, int], tuple[float, KnownServer]]
        self._found = OrderedDict()

    def of(
        self, base_url: str, model: str, host: str, budget: int, reply_tokens: int
    ) -> KnownServer:
        """What is known of a server and model for an agent with these limits."""
        key = (base_url, model, budget, reply_tokens)
        since, found = self._found.pop(key, (0.0, None))
        now = self._clock()
        if found is None or now - since > REMEMBERED_SECONDS:
            since, found = now, KnownServer(host, budget, reply_tokens)
        self._found[key] = (since, found)
        while len(self._found) > MOST_SERVERS:
            self._found.popitem(last=False)
        return found
