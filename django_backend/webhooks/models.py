"""Webhooks that operators set up, and what is sent to them."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from voice_sessions.models import Session

ID_LENGTH = 22
NAME_LENGTH = 64
URL_LENGTH = 500
HOST_LENGTH = 255
MESSAGE_LENGTH = 26


class EventType(models.TextChoices):
    """What a webhook may be told; every one of them gets the ping that a test sends."""

    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    AGENT_FAILED = "agent.failed"


PING = "ping"
"""The type of the message that a test sends."""


class Disabled(models.TextChoices):
    """Why a webhook gets nothing: an operator switched it off, or its server said 410 Gone."""

    OPERATOR = "operator"
    GONE = "gone"


class Reason(models.TextChoices):
    """Why a message did not arrive, or is not tried any more."""

    STATUS = "status"
    REDIRECT = "redirect"
    GONE = "gone"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    PRIVATE = "private_address"
    SECRET = "unreadable_secret"
    FAULT = "fault"
    TOO_LATE = "too_late"
    TOO_MANY = "too_many"


def new_id() -> str:
    """Returns an unguessable id of 22 URL-safe characters (128 bits)."""
    return secrets.token_urlsafe(16)


def new_message_id() -> str:
    """Returns the id of a new message: `msg_` and 22 URL-safe characters."""
    return f"msg_{secrets.token_urlsafe(16)}"


class Webhook(models.Model):
    """An address that is told what becomes of sessions.

    It hears of the sessions of `all_agents`, or of those agents whose field `webhooks` has its
    name. `secret` is sealed, and so is the `previous_secret`, by which messages are signed too
    until `previous_until`. `host` is that of the address, for the limit of requests to one host.
    """

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    url = models.CharField(max_length=URL_LENGTH)
    host = models.CharField(max_length=HOST_LENGTH)
    events = models.JSONField(default=list)
    all_agents = models.BooleanField(default=False)
    secret = models.TextField()
    previous_secret = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    disabled = models.CharField(max_length=8, choices=Disabled, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message for one webhook; what it says is read from the record when it is sent.

    It waits until `next_at` while that is set; `claimed_until` keeps it to the process that sends
    it just now. `attempts` counts what was sent, `status` is the receiver's last answer, 0 where
    it gave none. It is given up at its `deadline`. A ping has no session.
    """

    message_id = models.CharField(max_length=MESSAGE_LENGTH, unique=True, default=new_message_id)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    type = models.CharField(max_length=16)
    happened_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    abandoned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="delivery_pending"
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_list"),
            models.Index(fields=["happened_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} ({self.type})"
