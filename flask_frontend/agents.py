"""Whom a visitor can talk with: what the backend tells of its agents, asked for seldom."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from flask import url_for

from flask_frontend.backend_client import BackendClient, BackendTrouble, Json
from flask_frontend.known import Known
from flask_frontend.settings import Recording

T = TypeVar("T")

DEFAULT = "default"
"""The slug of the agent of a session that names none."""
MOST_SLUG = 64
FRESH_SECONDS = 5.0
AWAY_SECONDS = 2.0
"""How long the backend is not asked again after it gave no answer."""
MOST_KNOWN = 300
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


class AgentNotHere(Exception):
    """No agent of that slug is open to visitors."""


@dataclass(frozen=True)
class Agent:
    """One agent, as visitors may know it; of those in a list no more than the first four is told.

    `name` is empty where it has none of its own. `language` is an ISO 639-1 code, "" where it is
    left open. `visitor_instructions` lets a visitor say what the agent should be, `embed_sites` may
    show it in their pages.
    """

    slug: str
    name: str = ""
    description: str = ""
    language: str = ""
    visitor_instructions: bool = False
    recording: Recording = "off"
    embed_sites: tuple[str, ...] = ()


class KnownAgents:
    """What the backend tells of agents: each is asked for at most once in five seconds a process.

    `usual` stands in for the default agent while nothing is known of it.
    """

    def __init__(self, backend: BackendClient, usual: Agent) -> None:
        self._backend = backend
        self._usual = usual
        self._public = Known(partial(self._asked, self._ask_public), FRESH_SECONDS)
        self._by_slug: dict[str, Known[Agent | None]] = {}
        self._changing = threading.Lock()
        self._trouble: BackendTrouble | None = None
        self._away_until = 0.0

    def offered(self, slug: str) -> Agent:
        """Returns the agent that a visitor may talk with.

        Raises AgentNotHere, or BackendTrouble where nothing is known of one that is not `usual`.
        """
        if len(slug) > MOST_SLUG:
            raise AgentNotHere(slug)
        try:
            found = self._known(slug).get()
        except BackendTrouble:
            if slug != DEFAULT:
                raise
            return self._usual
        if found is None:
            raise AgentNotHere(slug)
        return found

    def public(self) -> list[Agent]:
        """Returns the public agents by their slugs, none while nothing is known of them."""
        try:
            return self._public.get()
        except BackendTrouble:
            return []

    def others(self, agent: Agent) -> list[Agent]:
        """Returns whom else a visitor of this agent's page can talk with.

        The page of an agent that is not public itself leads to no others.
        """
        public = self.public()
        is_public = agent.slug == DEFAULT or any(each.slug == agent.slug for each in public)
        return [each for each in public if is_public and each.slug != agent.slug]

    def _known(self, slug: str) -> Known[Agent | None]:
        """What is known of one agent; of very many the one asked for longest ago is forgotten."""
        with self._changing:
            known = self._by_slug.pop(slug, None)
            if known is None:
                ask = partial(self._asked, partial(self._ask_agent, slug))
                known = Known(ask, FRESH_SECONDS)
            self._by_slug[slug] = known
            if len(self._by_slug) > MOST_KNOWN:
                del self._by_slug[next(iter(self._by_slug))]
        return known

    def _asked(self, ask: Callable[[], T]) -> T:
        """The backend's answer; one that has just given none fails at once, for every question."""
        if self._trouble and time.monotonic() < self._away_until:
            raise self._trouble.again()
        try:
            return ask()
        except BackendTrouble as trouble:
            self._trouble, self._away_until = trouble, time.monotonic() + AWAY_SECONDS
            raise

    def _ask_public(self) -> list[Agent]:
        return [agent_from(told) for told in self._backend.agents()]

    def _ask_agent(self, slug: str) -> Agent | None:
        told = self._backend.agent(slug)
        return agent_from(told) if told else None


def talk_url(slug: str, **query: Any) -> str:
    """Returns the address where one talks with an agent; the default one has the shortest."""
    if slug == DEFAULT:
        return url_for("pages.chat", **query)
    return url_for("pages.agent", slug=slug, **query)


def agent_of(session: Any) -> dict[str, Any]:
    """Returns the slug, name and revision of a session's agent; older records may have none."""
    return {
        "slug": DEFAULT,
        "name": "",
        "revision": 0,
        "draft": False,
        **(session.get("agent") or {}),
    }


def agent_from(told: Json) -> Agent:
    """Returns an agent from what the backend tells visitors of it."""
    return Agent(
        slug=str(told["slug"]),
        name=str(told.get("name") or ""),
        description=str(told.get("description") or ""),
        language=str(told.get("language") or ""),
        visitor_instructions=told.get("visitor_instructions") is True,
        recording="ask" if told.get("recording") == "ask" else "off",
        embed_sites=tuple(filter(is_origin, told.get("embed_sites") or ())),
    )


def is_origin(site: object) -> bool:
    """Whether it is the address of a site and nothing else, so that it can stand in a policy."""
    return isinstance(site, str) and bool(_ORIGIN.fullmatch(site))
