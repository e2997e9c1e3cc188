"""Operators: who they are, the links that invite them, and where they have signed in."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

HASH_LENGTH = 64
ID_LENGTH = 22


class Role(models.TextChoices):
    """What an operator may do: an owner everything, an editor agents, a viewer look."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


def new_id() -> str:
    """Returns an unguessable id of 22 URL-safe characters (128 bits)."""
    return secrets.token_urlsafe(16)


class Operator(models.Model):
    """A Django user's place among the operators; an owner is a superuser of Django's."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    role = models.CharField(max_length=6, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.user_id} ({self.role})"


class Invitation(models.Model):
    """A link that makes one operator, once and until it expires; only its hash is kept."""

    token_hash = models.CharField(max_length=HASH_LENGTH, unique=True)
    role = models.CharField(max_length=6, choices=Role)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.role}, until {self.expires_at:%F %R}"


class ApiKey(models.Model):
    """A program's way in, until it expires or is revoked; only the hash of its secret is kept.

    `scopes` are what it may do: see `keys.Scope`. `ending` are the last characters of the secret,
    by which people tell it from others.
    """

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=HASH_LENGTH, unique=True)
    ending = models.CharField(max_length=4)
    scopes = models.JSONField(default=list)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} (…{self.ending})"


class AuditEntry(models.Model):
    """One change by an operator: who, what was done, and to what; never a secret or a text."""

    at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    by = models.CharField(max_length=150)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=150, blank=True)
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.at:%F %R} {self.by}: {self.action} {self.subject}"


class SignIn(models.Model):
    """One browser in which an operator has signed in; only the hash of its pass is kept."""

    token_hash = models.CharField(max_length=HASH_LENGTH, unique=True)
    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="sign_ins")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.operator_id}, since {self.made_at:%F %R}"
