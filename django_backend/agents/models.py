"""Agents as operators keep them: every save is a revision, which nothing changes any more."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils import timezone

SLUG_LENGTH = 64
NAME_LENGTH = 80
OPERATOR_LENGTH = 150
ORIGIN_LENGTH = 300
SECRET_NAME_LENGTH = 40
DRAFT_ID_LENGTH = 22
VISITOR_LENGTH = 64


class StoredAgent(models.Model):
    """One agent by its slug; `current` is the number of the revision that new sessions get.

    A retired one starts no session any more; those that it has go on.
    """

    slug = models.CharField(max_length=SLUG_LENGTH, unique=True)
    current = models.PositiveIntegerField(default=0)
    visibility = models.CharField(max_length=9, default="operators", db_index=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.slug


class Revision(models.Model):
    """What an agent was from one save to the next; `number` counts from 1 in each agent.

    `fields` holds what was set, by the names of `fields.AgentFields`: what is not there is the
    settings' own. `restored` is the number of the revision whose fields these were before.
    """

    agent = models.ForeignKey(StoredAgent, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=NAME_LENGTH)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_by = models.CharField(max_length=OPERATOR_LENGTH)
    restored = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "number"], name="revision_number_once"),
        ]
        ordering = ["agent", "number"]

    def __str__(self) -> str:
        return f"{self.agent_id} revision {self.number}"


class ToolSecret(models.Model):
    """A secret of an agent's tools, sealed; it is sent to the host that it was entered for alone.

    It belongs to no revision: `host` is scheme, host and port of a tool's address, `ending` the
    last characters, "" of a short one.
    """

    agent = models.ForeignKey(StoredAgent, on_delete=models.CASCADE, related_name="tool_secrets")
    host = models.CharField(max_length=ORIGIN_LENGTH)
    name = models.CharField(max_length=SECRET_NAME_LENGTH)
    sealed = models.TextField()
    ending = models.CharField(max_length=4, blank=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    entered_by = models.CharField(max_length=OPERATOR_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "host", "name"], name="tool_secret_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.host}"


def new_draft_id() -> str:
    """Returns an unguessable id of 22 URL-safe characters (128 bits)."""
    return secrets.token_urlsafe(16)


class Draft(models.Model):
    """An agent as somebody tries it, with fields that are not saved; it is never anybody's else.

    Its `visitor` alone can start sessions with it, and for an hour only; a session keeps its own.
    `revision` is the one from which the fields were made, None where none was saved. `slug` is the
    agent's, "new" where it is none yet.
    """

    id = models.CharField(
        primary_key=True, max_length=DRAFT_ID_LENGTH, default=new_draft_id, editable=False
    )
    slug = models.CharField(max_length=SLUG_LENGTH)
    revision = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    fields = models.JSONField(default=dict)
    visitor = models.CharField(max_length=VISITOR_LENGTH)
    made_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    made_by = models.CharField(max_length=OPERATOR_LENGTH)

    def __str__(self) -> str:
        return f"{self.slug}, tried by {self.made_by}"
