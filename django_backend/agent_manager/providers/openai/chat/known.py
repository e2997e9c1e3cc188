"""What is known of each server and model from what they answered, for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import structlog
from common.facts import About, server_of

from agent_manager.providers.learnt import Form, Learnt
from agent_manager.providers.openai.chat.history import (
    Message,
    fitted,
    sendable,
    tokens,
    turn_count,
)
from agent_manager.providers.openai.chat.lead import Wait
from agent_manager.providers.openai.chat.refusals import Refusal
from agent_manager.providers.openai.chat.shapes import TOKEN_FIELDS, Shape

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


@dataclass(frozen=True)
class Traits:
    """What was learnt of a server and model: see `KnownServer`."""

    shape: Shape
    budget: int
    reply_tokens: int
    thinks: bool | None = None
    plain_failed: bool = False


def forget(_traits: Traits) -> None:
    """Keeps nothing."""


class KnownServer:
    """What a server and model take, how much they read, and whether they think aloud.

    `budget` is the history's tokens, `reply_tokens` the most of a reply, 0 for no limit. `keep`
    is given what is learnt. One that `is_clean` never sends reasoning among the words.
    """

    def __init__(
        self,
        host: str,
        budget: int,
        reply_tokens: int,
        keep: Callable[[Traits], None] = forget,
        is_clean: bool = False,
    ) -> None:
        self.host = host
        self.budget = budget
        self.reply_tokens = reply_tokens
        token_field = "max_completion_tokens" if host.endswith(OF_OPENAI) else "max_tokens"
        self.shape = Shape(token_field)
        self._is_clean = is_clean or host.endswith(CLEAN)
        self._thinks: bool | None = None
        self._plain_from: Shape | None = None
        self._plain_failed = False
        self._keep = keep
        self.untaught = self.traits

    @property
    def traits(self) -> Traits:
        """What is known by now, without the plainest shape while that is only tried."""
        shape = self._plain_from or self.shape
        return Traits(shape, self.budget, self.reply_tokens, self._thinks, self._plain_failed)

    def resume(self, traits: Traits) -> None:
        """Knows this instead of what it knew."""
        self.shape, self._plain_from = traits.shape, None
        self.budget, self.reply_tokens = traits.budget, traits.reply_tokens
        self._thinks, self._plain_failed = traits.thinks, traits.plain_failed

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
        messages = sendable(fitted(fields["messages"], self.budget))
        return self.shape.request({**fields, "messages": messages}, self.reply_tokens)

    def answered(self, *, closed_alone: bool) -> None:
        """A whole reply came; `closed_alone`: it began with reasoning that nothing opened."""
        before = self.traits
        self._plain_from = None
        self._thinks = closed_alone
        if self.traits != before:
            self._keep(self.traits)

    def lift_reply_limit(self) -> bool:
        """Whether there was a limit of tokens, which left no room for words; there is none now."""
        lifted, self.reply_tokens = self.reply_tokens > 0, 0
        if lifted:
            self._note("reply_limit", self.shape.token_field)
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
        self._note("request_shape", field)
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
            self._keep(self.traits)
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
        self._note("history", "messages", budget=self.budget, window=refusal.window)
        return True

    def _note(self, what: str, field: str, **numbers: int) -> None:
        self._keep(self.traits)
        log.info("llm_adapted", host=self.host, what=what, field=field, **numbers)


NOT_SHAPE = frozenset({"content_filter", "model_not_found", "invalid_api_key"})
"""Codes of refusals that no other shape mends."""


Server = tuple[str, str, int, int]
"""A server's address and model, and an agent's limits: tokens of history and of a reply."""


class KnownServers:
    """The servers and models that were asked lately; the oldest make room."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        form = Form("llm_traits", _about, _as_json, _as_traits)
        self._traits: Learnt[Server, Traits]
        self._traits = Learnt(REMEMBERED_SECONDS, MOST_SERVERS, clock, form)
        self._servers: Learnt[Server, KnownServer]
        self._servers = Learnt(REMEMBERED_SECONDS, MOST_SERVERS, clock)

    def of(
        self,
        base_url: str,
        model: str,
        host: str,
        budget: int,
        reply_tokens: int,
        *,
        is_clean: bool = False,
    ) -> KnownServer:
        """What is known of a server and model for an agent with these limits."""
        key = (base_url, model, budget, reply_tokens)
        server = self._servers.get(key)
        if server is None:
            keep = partial(self._traits.keep, key)
            server = KnownServer(host, budget, reply_tokens, keep, is_clean)
        self._servers.keep(key, server)
        traits = self._traits.get(key) or server.untaught
        if traits != server.traits:
            server.resume(traits)
        return server


def _about(server: Server) -> About:
    base_url, model, budget, reply_tokens = server
    return server_of(base_url), model, str(budget), str(reply_tokens)


def _as_json(traits: Traits) -> dict[str, Any]:
    shape = asdict(traits.shape) | {"without": sorted(traits.shape.without)}
    return asdict(traits) | {"shape": shape}


def _as_traits(value: Any) -> Traits:
    shape = value["shape"]
    if shape["token_field"] not in TOKEN_FIELDS:
        raise ValueError
    thinks = value["thinks"]
    return Traits(
        Shape(
            shape["token_field"],
            frozenset(map(str, shape["without"])),
            bool(shape["no_system"]),
            bool(shape["in_turns"]),
        ),
        int(value["budget"]),
        int(value["reply_tokens"]),
        thinks if thinks is None else bool(thinks),
        bool(value["plain_failed"]),
    )
