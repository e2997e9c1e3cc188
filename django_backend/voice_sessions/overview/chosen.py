"""All visitors' sessions, as operators choose among them: a page of them, with or without words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from voice_sessions.models import Session
from voice_sessions.queries import Position, page_of, with_agents
from voice_sessions.searching import looks, tables
from voice_sessions.searching.search import (
    Found,
    found_at,
    looked_through,
    place_before,
    position_of,
)
from voice_sessions.searching.words import Phrase, phrases_of

FIRST_LOOK = 50
MOST_LOOKED_AT = 5000
"""Sessions with the words that one page looks at; the next page goes on after those."""


@dataclass(frozen=True)
class Chosen:
    """Which sessions are wanted; what is empty leaves that open.

    `agent` is a slug, and `is_usual` says that sessions without a stored agent are among its own.
    They were asked for at `since` or later, and before `until`.
    """

    agent: str = ""
    is_usual: bool = False
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""

    def rows(self, prefix: str = "") -> Q:
        """Returns the condition for the database; `prefix` leads to the session's columns."""
        wanted: dict[str, Any] = {
            "created_at__gte": self.since,
            "created_at__lt": self.until,
            "end_reason": self.reason,
        }
        found = Q(**{prefix + name: value for name, value in wanted.items() if value})
        return found & self._of_agent(prefix) if self.agent else found

    def has(self, session: Session) -> bool:
        """Returns whether that session is wanted."""
        is_late = self.since is None or session.created_at >= self.since
        is_early = self.until is None or session.created_at < self.until
        is_so = not self.reason or session.end_reason == self.reason
        return is_late and is_early and is_so and self._is_agents(session)

    def _of_agent(self, prefix: str) -> Q:
        stored = Q(**{f"{prefix}revision__agent__slug": self.agent})
        unsaved = {f"{prefix}revision": None}
        tried = Q(**unsaved, **{f"{prefix}draft__slug": self.agent})
        plain = Q(**unsaved, **{f"{prefix}draft": None})
        return stored | tried | plain if self.is_usual else stored | tried

    def _is_agents(self, session: Session) -> bool:
        if not self.agent:
            return True
        if session.revision:
            return bool(session.revision.agent.slug == self.agent)
        return session.draft.slug == self.agent if session.draft else self.is_usual


def sessions(
    chosen: Chosen, *, before: Position | None = None, limit: int = 20
) -> tuple[list[Session], Position | None]:
    """Returns a page of these sessions, newest first, and where the next page begins."""
    shown = with_agents().filter(chosen.rows(), hidden=False, erased=False)
    return page_of(shown, before, limit)


def find(
    chosen: Chosen, words: str, *, before: Position | None = None, limit: int = 20
) -> tuple[list[Found], Position | None]:
    """Returns a page of those in which all of these words are in one line.

    A page looks at MOST_LOOKED_AT sessions with the words at most, so it may have few of those that
    are chosen although more follow.
    """
    phrases = phrases_of(words)
    if not phrases:
        return [], None
    if not tables.is_there():
        return looked_through(chosen.rows("session__"), phrases, before, limit)
    return _indexed(chosen, phrases, place_before(before), limit)


def _indexed(
    chosen: Chosen, phrases: tuple[Phrase, ...], end: int, limit: int
) -> tuple[list[Found], Position | None]:
    found: list[Found] = []
    looked_at, size = 0, max(FIRST_LOOK, limit + 1)
    while True:
        places = looks.newest_lines("", phrases, end, size)
        found += found_at(places, phrases, limit + 1 - len(found), chosen.has)
        looked_at += len(places)
        if len(found) > limit:
            return found[:limit], position_of(found[limit - 1].session)
        if len(places) < size:
            return found, None
        if looked_at >= MOST_LOOKED_AT:
            return found, position_of(_last_there(places))
        end = tables.place_of(places[-1] >> tables.SEQ_BITS)
        size = min(4 * size, MOST_LOOKED_AT)


def _last_there(places: list[int]) -> Session | None:
    """Returns the oldest session of these lines that was not deleted meanwhile."""
    numbers = [place >> tables.SEQ_BITS for place in places]
    there = Session.objects.filter(searchplace__in=numbers)
    return there.order_by("searchplace__id").first()
