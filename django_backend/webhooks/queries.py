"""Every read of webhooks and their deliveries for operators."""

from __future__ import annotations

from webhooks.models import Delivery, Webhook

DELIVERIES_LIMIT = 100


class UnknownWebhook(Exception):
    """There is no such webhook."""


class UnknownDelivery(Exception):
    """The webhook has no such message, or not any more."""


def webhooks() -> list[Webhook]:
    """Returns all webhooks by name."""
    return list(Webhook.objects.order_by("name"))


def webhook_of(webhook_id: str, *, locked: bool = False) -> Webhook:
    """Returns one webhook, on request kept to the transaction; raises UnknownWebhook."""
    rows = Webhook.objects.select_for_update() if locked else Webhook.objects.all()
    if found := rows.filter(id=webhook_id).first():
        return found
    raise UnknownWebhook(webhook_id)


def deliveries(
    webhook_id: str, *, before: int | None = None, limit: int = 20
) -> tuple[list[Delivery], int | None]:
    """Returns a page of its deliveries, newest first, and before which number the next one is.

    Raises UnknownWebhook.
    """
    found = Delivery.objects.filter(webhook=webhook_of(webhook_id)).order_by("-id")
    page = list((found.filter(id__lt=before) if before else found)[: limit + 1])
    return page[:limit], page[limit - 1].id if len(page) > limit else None


def delivery_of(webhook_id: str, message_id: str) -> Delivery:
    """Returns one message of a webhook; raises UnknownDelivery."""
    found = Delivery.objects.filter(webhook_id=webhook_id, message_id=message_id).first()
    if found is None:
        raise UnknownDelivery(message_id)
    return found


def unknown_names(names: list[str]) -> list[str]:
    """Returns those of these names that no webhook has."""
    known = set(Webhook.objects.filter(name__in=names).values_list("name", flat=True))
    return [name for name in names if name not in known]
