"""Who sends which message: each is claimed in the database before, and settled after it was sent.

A process that dies in between leaves a claim that ends, and the message is sent again under the
same id. Times are taken by the database's clock, so that the clocks of hosts need not agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from webhooks.backoff import pause
from webhooks.models import Delivery, Disabled, Reason, Webhook

log = structlog.get_logger(__name__)
CLAIM_LASTS = timedelta(seconds=60)
"""Longer than an attempt takes: what is claimed is sent by one process alone."""
LOOKED_AT = 64


@dataclass(frozen=True)
class Claim:
    """A message that this process is to send, for the `attempt`-th time.

    The secrets are sealed, the current one first.
    """

    message_id: str
    webhook_id: str
    session_id: str | None
    attempt: int
    url: str = field(repr=False)
    host: str = field(repr=False)
    sealed: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: the receiver's status, 0 without one, and why it did not arrive.

    `asked` are the seconds that the receiver wants to be left alone.
    """

    status: int = 0
    reason: str = ""
    asked: float = 0.0


def claim(places: int, taken: Mapping[str, int], per_host: int) -> list[Claim]:
    """Returns messages that are due and now this process's, at most so many.

    `taken` counts by host what this process sends already: of each host it is `per_host` at most.
    Of one session's messages to one webhook only the oldest that has not arrived is due.
    """
    counts = dict(taken)
    full = [host for host, count in counts.items() if count >= per_host]
    found = _due().exclude(webhook__host__in=full).select_related("webhook").order_by("next_at")
    claimed: list[Claim] = []
    for delivery in found[:LOOKED_AT]:
        host = delivery.webhook.host
        if len(claimed) < places and counts.get(host, 0) < per_host and _take(delivery):
            counts[host] = counts.get(host, 0) + 1
            claimed.append(_claim(delivery))
    return claimed


def settle(claim: Claim, outcome: Outcome) -> None:
    """Stores what became of an attempt, unless the message has another one by now."""
    with transaction.atomic():
        rows = Delivery.objects.filter(message_id=claim.message_id, attempts=claim.attempt)
        delivery = rows.select_for_update().first()
        if delivery is None or delivery.next_at is None:
            return
        if not outcome.reason:
            rows.update(**_over(outcome), delivered_at=Now())
        elif outcome.reason == Reason.GONE:
            rows.update(**_over(outcome), abandoned_at=Now())
            Webhook.objects.filter(id=claim.webhook_id, disabled="").update(disabled=Disabled.GONE)
        else:
            _try_later(rows, claim.attempt, outcome)
    _tell(claim, outcome)


def drop(claim: Claim) -> None:
    """Deletes a message about a session of which there is nothing left to tell."""
    Delivery.objects.filter(message_id=claim.message_id, attempts=claim.attempt).delete()


def _due() -> QuerySet[Delivery]:
    waiting = Q(next_at__lte=Now(), deadline__gt=Now(), webhook__disabled="")
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    earlier = Delivery.objects.filter(
        webhook=OuterRef("webhook"),
        session=OuterRef("session"),
        id__lt=OuterRef("id"),
        next_at__isnull=False,
    )
    return Delivery.objects.filter(waiting, is_free, ~Exists(earlier))


def _take(delivery: Delivery) -> bool:
    """Returns whether this process has it now; of several that ask at once one has."""
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    rows = Delivery.objects.filter(is_free, id=delivery.id, attempts=delivery.attempts)
    waiting = rows.filter(next_at__lte=Now())
    return bool(waiting.update(claimed_until=Now() + CLAIM_LASTS, attempts=F("attempts") + 1))


def _claim(delivery: Delivery) -> Claim:
    webhook = delivery.webhook
    return Claim(
        delivery.message_id,
        webhook.id,
        delivery.session_id,
        delivery.attempts + 1,
        webhook.url,
        webhook.host,
        _secrets(webhook),
    )


def _secrets(webhook: Webhook) -> tuple[str, ...]:
    going_on = Webhook.objects.filter(id=webhook.id, previous_until__gt=Now()).exists()
    return (webhook.secret, webhook.previous_secret) if going_on else (webhook.secret,)


def _over(outcome: Outcome) -> dict[str, object]:
    return {
        "next_at": None,
        "claimed_until": None,
        "status": outcome.status,
        "reason": outcome.reason,
    }


def _try_later(rows: QuerySet[Delivery], attempt: int, outcome: Outcome) -> None:
    following = Now() + timedelta(seconds=pause(attempt, outcome.asked))
    rows.update(**{**_over(outcome), "next_at": following})


def _tell(claim: Claim, outcome: Outcome) -> None:
    about = {
        "webhook": claim.webhook_id,
        "message": claim.message_id,
        "session_id": claim.session_id,
        "attempt": claim.attempt,
        "status": outcome.status,
    }
    if not outcome.reason:
        log.info("webhook_delivered", **about)
    else:
        log.warning("webhook_not_delivered", reason=outcome.reason, **about)
    if outcome.reason == Reason.GONE:
        log.error("webhook_disabled", webhook=claim.webhook_id, reason=outcome.reason)
