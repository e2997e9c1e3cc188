"""Every write of the stored agents: each makes a revision, and none changes one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from operators.audit import note

from agents.agent import DEFAULT
from agents.fields import AgentFields, set_fields
from agents.models import Draft, Revision, StoredAgent
from agents.queries import DRAFT_LASTS, UNSAVED, UnknownAgent, current, revision
from agents.resolving import visibility
from agents.services import choosing
from agents.services.keys import servers_of_credentials, settled
from agents.tools.secrets import rows_of

log = structlog.get_logger(__name__)
MOST_AGENTS = 1000
NEW = "new"
"""Stands for the slug of an agent that is not there yet; no agent has it."""
DRAFT_WAITS = timedelta(minutes=1)
"""For a visitor who goes on to another draft: as long as a start may take."""
DRAFT_KEPT = 2 * DRAFT_LASTS
"""Longer than anybody can use one: a start that has found it may be about to keep it."""


class SlugTaken(Exception):
    """Another agent has this slug, maybe a retired one, whose sessions keep it."""


class TooManyAgents(Exception):
    """There are so many agents, retired ones too, that something must make them by itself."""


class StrangeServer(Exception):
    """A service is at a server that neither the settings nor the agent had before.

    `kinds` are the stages. Only an owner may name one: it may be any address of this network.
    """

    def __init__(self, kinds: list[str]) -> None:
        super().__init__(", ".join(kinds))
        self.kinds = kinds


class Changed(Exception):
    """Somebody else saved the agent meanwhile; `fields` are the names of what they changed."""

    def __init__(self, now: Revision, fields: list[str]) -> None:
        super().__init__(now.agent.slug)
        self.now = now
        self.fields = fields


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what is set of an agent's fields; raises ValidationError, which names the wrong."""
    form = AgentFields(data=dict(fields))
    form.is_valid(raise_exception=True)
    return settled(set_fields(dict(form.validated_data)))


def create(
    slug: str, fields: Mapping[str, Any], by: str, *, may_name_servers: bool = True
) -> Revision:
    """Returns the first revision of a new agent.

    Raises SlugTaken, TooManyAgents, ValidationError and, without `may_name_servers`, StrangeServer.
    """
    try:
        with transaction.atomic():
            found = checked(fields)
            if not may_name_servers:
                _refuse_strange_servers(found, {})
            agent = StoredAgent.objects.create(slug=slug)
            if StoredAgent.objects.count() > MOST_AGENTS:
                raise TooManyAgents
            first = _store(agent, found, by)
            note(by, "agent.created", slug)
            _log("agent_created", agent=slug)
    except IntegrityError:
        raise SlugTaken(slug) from None
    return first


def save(
    slug: str,
    changes: Mapping[str, Any],
    by: str,
    *,
    base: int,
    may_name_servers: bool = True,
) -> Revision:
    """Returns the next revision: the current one with these fields; null is the default again.

    `base` is the number of the revision that was changed. Raises Changed when it is not the current
    one any more, UnknownAgent, ValidationError and what create raises of servers. Where nothing
    changes it is the current one.
    """
    with transaction.atomic():
        agent, now = _locked(slug, base)
        before = now.fields if now else UNSAVED
        found = checked({**before, **changes})
        if not may_name_servers:
            _refuse_strange_servers(found, before)
        if now and found == now.fields:
            return now
        following = _store(agent, found, by)
        note(by, "agent.saved", slug, revision=following.number)
        _log("agent_saved", agent=slug, revision=following.number)
    return following


def restore(slug: str, number: int, by: str, *, base: int) -> Revision:
    """Returns a new revision with the fields of an old one; raises as save does.

    Raises UnknownRevision, too.
    """
    with transaction.atomic():
        agent, _now = _locked(slug, base)
        old = checked(revision(slug, number).fields)
        following = _store(agent, old, by, restored=number)
        note(by, "agent.restored", slug, revision=following.number, restored=number)
        _log("agent_restored", agent=slug, revision=following.number, restored=number)
    return following


def retire(slug: str, by: str, *, base: int) -> None:
    """Has the agent start no session any more, and forgets its tools' secrets.

    Raises Changed and UnknownAgent.
    """
    with transaction.atomic():
        agent, _now = _locked(slug, base)
        agent.retired_at = timezone.now()
        agent.save(update_fields=["retired_at"])
        rows_of(agent).delete()
        note(by, "agent.retired", slug)
        _log("agent_retired", agent=slug)


def draft(
    slug: str, fields: Mapping[str, Any], by: str, visitor: str, *, may_name_servers: bool = True
) -> Draft:
    """Returns an agent as the visitor may try it for an hour, with these fields of it changed.

    Nothing of them is saved. The slug NEW is that of an agent which is not there yet. Raises
    UnknownAgent, ValidationError and what create raises of servers. Drafts that nobody can use any
    more are deleted, and so is what the visitor was trying before.
    """
    base = None if slug == NEW else _base(slug)
    before = base.fields if base else {}
    found = checked({**before, **fields})
    if not may_name_servers:
        _refuse_strange_servers(found, before)
    now = timezone.now()
    is_over = Q(made_at__lt=now - DRAFT_KEPT) | Q(visitor=visitor, made_at__lt=now - DRAFT_WAITS)
    Draft.objects.filter(is_over, sessions=None).delete()
    with transaction.atomic():
        made = Draft.objects.create(
            slug=slug, revision=base, name=found["name"], fields=found, visitor=visitor, made_by=by
        )
        note(by, "agent.tried", slug)
        _log("agent_tried", agent=slug)
    return made


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Returns the names of the fields in which one revision differs from another."""
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def _base(slug: str) -> Revision | None:
    """The revision that is changed; None for the default agent while that is the settings' own."""
    try:
        return current(slug)
    except UnknownAgent:
        if slug != DEFAULT:
            raise
        return None


def _log(event: str, **facts: Any) -> None:
    """Writes a line once it is so: a save may be undone along with others."""
    transaction.on_commit(partial(log.info, event, **facts))


def _locked(slug: str, base: int) -> tuple[StoredAgent, Revision | None]:
    """The agent, which nobody else saves until the transaction's end, and its current revision.

    The default one may not be stored yet, or be retired: then the settings' own stands in for it,
    as revision 0, until it is saved.
    """
    if slug == DEFAULT and base == 0:
        StoredAgent.objects.get_or_create(slug=slug)
        if default := _locked_rows(slug).exclude(retired_at=None, current__gt=0).first():
            return default, None
    agent = _locked_rows(slug).filter(retired_at=None).first()
    if agent is None:
        raise UnknownAgent(slug)
    now = current(slug)
    if now.number != base:
        raise Changed(now, _changed_since(base, now))
    return agent, now


def _refuse_strange_servers(fields: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    named = choosing.addresses_of(fields.get("services", {}))
    known = {service.base_url for service in settings.SERVICES.values()}
    known |= {
        url for urls in choosing.addresses_of(before.get("services", {})).values() for url in urls
    }
    known |= servers_of_credentials(fields)
    if strange := [kind for kind, urls in named.items() if urls - known]:
        raise StrangeServer(strange)


def _locked_rows(slug: str) -> QuerySet[StoredAgent]:
    return StoredAgent.objects.select_for_update().filter(slug=slug)


def _changed_since(base: int, now: Revision) -> list[str]:
    before = Revision.objects.filter(agent=now.agent, number=base).first()
    return differences(before.fields if before else {}, now.fields)


def _store(
    agent: StoredAgent, fields: Mapping[str, Any], by: str, restored: int | None = None
) -> Revision:
    agent.current += 1
    agent.visibility = visibility(agent.slug, fields)
    agent.retired_at = None
    agent.save(update_fields=["current", "visibility", "retired_at"])
    return Revision.objects.create(
        agent=agent,
        number=agent.current,
        name=fields["name"],
        fields=dict(fields),
        saved_by=by,
        restored=restored,
    )
