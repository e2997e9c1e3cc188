"""What keeps the deliveries bounded: the late ones are given up, and old ones deleted."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from webhooks.models import Delivery, Reason, Webhook

log = structlog.get_logger(__name__)
KEPT_FOR = timedelta(days=30)
MOST_PENDING = 10_000
"""Messages that wait for one webhook; of more the oldest are given up."""
BATCH = 500
MOST_BATCHES = 10


def sweep() -> None:
    """Gives up what is late or too much, and deletes what is 30 days old, a part at a time.

    A secret by which messages are signed no more is forgotten.
    """
    over = Webhook.objects.filter(previous_until__lte=Now())
    over.update(previous_secret="", previous_until=None)
    _give_up(Delivery.objects.filter(deadline__lte=Now()), Reason.TOO_LATE)
    for webhook_id, count in _crowded():
        too_many = Delivery.objects.filter(webhook_id=webhook_id)
        _give_up(too_many, Reason.TOO_MANY, count - MOST_PENDING)
    for _ in range(MOST_BATCHES):
        if not _delete_old():
            break


def _crowded() -> list[tuple[str, int]]:
    waiting = Delivery.objects.filter(next_at__isnull=False).order_by().values_list("webhook_id")
    return list(waiting.annotate(count=Count("id")).filter(count__gt=MOST_PENDING))


def _give_up(found: QuerySet[Delivery], reason: Reason, most: int = BATCH) -> None:
    """Gives up the oldest that nobody sends just now, and says so once for each webhook.

    The reason is theirs unless the last attempt left one.
    """
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    waiting = found.filter(is_free, next_at__isnull=False).order_by("id")
    rows = list(waiting.values_list("id", "webhook_id")[: min(most, BATCH)])
    for webhook_id in {webhook_id for _, webhook_id in rows}:
        ids = [row for row, of in rows if of == webhook_id]
        still = Delivery.objects.filter(is_free, id__in=ids, next_at__isnull=False)
        still.filter(reason="").update(reason=reason)
        count = still.update(next_at=None, claimed_until=None, abandoned_at=Now())
        log.error("webhook_messages_abandoned", webhook=webhook_id, count=count, reason=reason)


def _delete_old() -> int:
    old = Delivery.objects.filter(happened_at__lt=Now() - KEPT_FOR, next_at=None)
    ids = list(old.order_by("happened_at").values_list("id", flat=True)[:BATCH])
    Delivery.objects.filter(id__in=ids)._raw_delete("default")
    return len(ids)
