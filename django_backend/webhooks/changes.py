"""Every change of webhooks by operators; each is noted in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from common.faults import fault
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from operators.audit import note
from outgoing import hosts
from outgoing.guard import plain
from rest_framework.exceptions import ValidationError
from vault.sealing import seal

from webhooks import outbox
from webhooks.fields import host_of
from webhooks.models import Delivery, Disabled, Webhook
from webhooks.queries import delivery_of, webhook_of
from webhooks.sending import PURPOSE
from webhooks.signing import new_secret

log = structlog.get_logger(__name__)
MOST_WEBHOOKS = 32
"""See `deliverer.AT_ONCE`."""
HTTPS = fault("needs_https", "Use https; http is for hosts that an owner has allowed.")


class NameTaken(Exception):
    """Another webhook has this name."""


class TooManyWebhooks(Exception):
    """There are so many webhooks that slow ones could hold up others."""


class WebhookDisabled(Exception):
    """The webhook is switched off, so nothing would be sent."""


def make(fields: Mapping[str, Any], by: str) -> tuple[Webhook, str]:
    """Returns a new webhook and its secret, which nobody sees again.

    Raises NameTaken, TooManyWebhooks and ValidationError.
    """
    found = dict(fields)
    secret = new_secret()
    try:
        with transaction.atomic():
            if Webhook.objects.count() >= MOST_WEBHOOKS:
                raise TooManyWebhooks
            webhook = Webhook(name=found.pop("name"), secret=seal(secret, PURPOSE), made_by=by)
            _set(webhook, found)
            webhook.save(force_insert=True)
            note(by, "webhook.made", webhook.name, host=webhook.host)
    except IntegrityError:
        raise NameTaken(fields["name"]) from None
    log.info("webhook_made", webhook=webhook.id)
    return webhook, secret


def change(webhook_id: str, fields: Mapping[str, Any], by: str) -> Webhook:
    """Returns the webhook with these fields; raises UnknownWebhook and ValidationError."""
    with transaction.atomic():
        webhook = webhook_of(webhook_id, locked=True)
        _set(webhook, fields)
        webhook.save()
        note(by, "webhook.changed", webhook.name, fields=", ".join(sorted(fields)))
    log.info("webhook_changed", webhook=webhook.id)
    return webhook


def delete(webhook_id: str, by: str) -> None:
    """Deletes a webhook with its deliveries; raises UnknownWebhook."""
    with transaction.atomic():
        webhook = webhook_of(webhook_id, locked=True)
        Delivery.objects.filter(webhook=webhook)._raw_delete("default")
        webhook.delete()
        note(by, "webhook.deleted", webhook.name)
    log.info("webhook_deleted", webhook=webhook_id)


def rotate(webhook_id: str, keep_hours: int, by: str) -> tuple[str, datetime | None]:
    """Returns a new secret, and until when messages are signed by the one before too.

    Raises UnknownWebhook.
    """
    secret = new_secret()
    until = timezone.now() + timedelta(hours=keep_hours) if keep_hours else None
    with transaction.atomic():
        webhook = webhook_of(webhook_id, locked=True)
        webhook.previous_secret = webhook.secret if until else ""
        webhook.previous_until = until
        webhook.secret = seal(secret, PURPOSE)
        webhook.save(update_fields=["secret", "previous_secret", "previous_until"])
        note(by, "webhook.secret_rotated", webhook.name, keep_hours=keep_hours)
    log.info("webhook_secret_rotated", webhook=webhook_id)
    return secret, until


def test(webhook_id: str, by: str) -> Delivery:
    """Returns a ping that is on its way; raises UnknownWebhook and WebhookDisabled."""
    with transaction.atomic():
        webhook = _enabled(webhook_id)
        delivery = outbox.ping(webhook)
        note(by, "webhook.tested", webhook.name)
    return delivery_of(webhook_id, delivery.message_id)


def send_again(webhook_id: str, message_id: str, by: str) -> Delivery:
    """Returns a message that is sent once more, under the same id, and tried for another day.

    Raises UnknownWebhook, UnknownDelivery and WebhookDisabled.
    """
    with transaction.atomic():
        webhook = _enabled(webhook_id)
        delivery = delivery_of(webhook_id, message_id)
        Delivery.objects.filter(id=delivery.id).update(
            next_at=Now(),
            deadline=Now() + outbox.TRIED_FOR,
            delivered_at=None,
            abandoned_at=None,
        )
        note(by, "webhook.sent_again", webhook.name, message=message_id)
        outbox.announce()
    return delivery_of(webhook_id, message_id)


def _enabled(webhook_id: str) -> Webhook:
    webhook = webhook_of(webhook_id)
    if webhook.disabled:
        raise WebhookDisabled(webhook_id)
    return webhook


def _set(webhook: Webhook, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name == "enabled":
            webhook.disabled = "" if value else webhook.disabled or Disabled.OPERATOR
        else:
            setattr(webhook, name, value)
    webhook.host = host_of(webhook.url)
    if "url" in fields and webhook.url.startswith("http:") and not _is_allowed(webhook.url):
        raise ValidationError({"url": [HTTPS]})


def _is_allowed(url: str) -> bool:
    parts = urlsplit(url)
    return hosts.allows(plain(parts.hostname or ""), parts.port or 80)
