"""Every read of the stored agents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from operator import attrgetter
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from agents.agent import DEFAULT, Offer
from agents.models import Draft, Revision, StoredAgent
from agents.resolving import offer, offer_of_draft, visibility
from agents.values import SLUG

AGENTS_LIMIT = 100
UNSAVED: Mapping[str, Any] = {"name": "Voice agent"}
"""What is set of the settings' own agent when somebody saves it for the first time."""
DRAFT_LASTS = timedelta(hours=1)
"""For which sessions can be started with a draft."""


class UnknownAgent(Exception):
    """There is no such agent, or none that whoever asks may talk with."""


class UnknownRevision(Exception):
    """The agent has no revision of this number."""


def offered(slug: str) -> Offer:
    """Returns the agent that a visitor may talk with, by its slug; raises UnknownAgent.

    The settings' own stands in for the default one until somebody saves that.
    """
    if not SLUG.fullmatch(slug):
        raise UnknownAgent(slug)
    found = offer(_current(slug), slug)
    if found.visibility == "operators" or (found.revision is None and slug != DEFAULT):
        raise UnknownAgent(slug)
    return found


def tried(draft_id: str, visitor: str) -> Offer:
    """Returns the draft that this visitor tries; raises UnknownAgent, also when it is too old."""
    theirs = Draft.objects.filter(id=draft_id, visitor=visitor)
    found = theirs.filter(made_at__gt=timezone.now() - DRAFT_LASTS).first()
    if found is None:
        raise UnknownAgent(draft_id)
    return offer_of_draft(found)


def listed(*, after: str = "", limit: int = 20) -> tuple[list[Offer], str | None]:
    """Returns a page of the public agents by slug, and after which slug the next one begins.

    None tells that this is the last page. The default agent is among them where it is public, the
    settings' own as long as no other stands in for it.
    """
    public = _currents().filter(agent__visibility="public", agent__slug__gt=after)
    found = [offer(each, each.agent.slug) for each in public.order_by("agent__slug")[: limit + 1]]
    if after < DEFAULT and _current(DEFAULT) is None:
        found = sorted([*found, offer(None)], key=attrgetter("slug"))
    return found[:limit], found[limit - 1].slug if len(found) > limit else None


def all_agents(*, after: str = "", limit: int = 20) -> tuple[list[Revision], str | None]:
    """Returns a page of the stored agents that are not retired: the current revision of each."""
    found = list(_currents().filter(agent__slug__gt=after).order_by("agent__slug")[: limit + 1])
    return found[:limit], found[limit - 1].agent.slug if len(found) > limit else None


def for_operators(*, after: str = "", limit: int = 20) -> tuple[list[Revision], str | None]:
    """Returns the same with the settings' own agent, as long as nobody has saved that."""
    found, _ = all_agents(after=after, limit=limit + 1)
    if after < DEFAULT and _current(DEFAULT) is None:
        found.insert(sum(each.agent.slug < DEFAULT for each in found), _settings_own())
    return found[:limit], found[limit - 1].agent.slug if len(found) > limit else None


def for_operator(slug: str) -> Revision:
    """Returns what `current` does; the settings' own agent, not saved yet, as revision 0."""
    try:
        return current(slug)
    except UnknownAgent:
        if slug != DEFAULT:
            raise
        return _settings_own()


def current(slug: str) -> Revision:
    """Returns the current revision of an agent that is not retired; raises UnknownAgent."""
    if found := _current(slug):
        return found
    raise UnknownAgent(slug)


def revision(slug: str, number: int) -> Revision:
    """Returns one revision of an agent that is not retired.

    Raises UnknownAgent and UnknownRevision.
    """
    found = Revision.objects.filter(agent=current(slug).agent, number=number)
    if one := found.select_related("agent").first():
        return one
    raise UnknownRevision(number)


def revisions(slug: str, *, before: int | None = None, limit: int = 20) -> list[Revision]:
    """Returns revisions of an agent, newest first; raises UnknownAgent.

    The settings' own agent has none until somebody saves it.
    """
    newest = for_operator(slug)
    if not newest.number:
        return []
    found = Revision.objects.filter(agent=newest.agent).select_related("agent")
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found.order_by("-number")[:limit])


def _current(slug: str) -> Revision | None:
    return _currents().filter(agent__slug=slug).first()


def _currents() -> QuerySet[Revision]:
    """The current revision of each agent that is not retired."""
    found = Revision.objects.filter(number=F("agent__current"), agent__retired_at=None)
    return found.select_related("agent")


def _settings_own() -> Revision:
    """A revision that is not stored: all but its name is what the settings say."""
    agent = StoredAgent(slug=DEFAULT, visibility=visibility(DEFAULT, {}))
    return Revision(agent=agent, number=0, name=UNSAVED["name"], fields=dict(UNSAVED))
