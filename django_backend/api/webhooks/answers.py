"""What REST says of webhooks and deliveries, and what it is asked."""

from __future__ import annotations

from typing import Any

from common.strict import StrictFields, StrictInteger
from rest_framework import serializers
from webhooks.models import PING, Delivery, Disabled, EventType, Reason, Webhook
from webhooks.queries import DELIVERIES_LIMIT

from api.fields import Timestamp

MOST_KEPT_HOURS = 168
TYPES = (*EventType.values, PING)
STATES = ("pending", "delivered", "abandoned")


class WebhookAnswer(serializers.Serializer[Any]):
    """A webhook; only owners get its address and what is known of its secrets.

    `disabled` says why it is not enabled; `previous_until` is until when messages are signed by the
    secret before, too.
    """

    id = serializers.CharField()
    name = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(EventType.choices))
    all_agents = serializers.BooleanField()
    enabled = serializers.BooleanField()
    disabled = serializers.ChoiceField(Disabled.choices, allow_null=True)
    url = serializers.CharField(required=False)
    previous_until = Timestamp(required=False, allow_null=True)
    made_by = serializers.CharField(required=False)
    made_at = Timestamp(required=False)


class WebhooksAnswer(serializers.Serializer[Any]):
    """The answer to `GET /webhooks`, by name."""

    webhooks = WebhookAnswer(many=True)


class NewWebhookAnswer(WebhookAnswer):
    """A new webhook with its secret, which is shown once."""

    secret = serializers.CharField()


class RotateRequest(StrictFields):
    """`POST /webhooks/{id}/secret`: for how many hours the secret before signs too."""

    keep_hours = StrictInteger(required=False, default=24, min_value=0, max_value=MOST_KEPT_HOURS)


class SecretAnswer(serializers.Serializer[Any]):
    """A new secret, which is shown once, and until when the one before signs too."""

    secret = serializers.CharField()
    previous_until = Timestamp(allow_null=True)


class DeliveriesQuery(serializers.Serializer[Any]):
    """`GET /webhooks/{id}/deliveries?before=&limit=`"""

    before = serializers.IntegerField(
        required=False, default=None, min_value=1, max_value=2**63 - 1
    )
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=DELIVERIES_LIMIT
    )


class DeliveryAnswer(serializers.Serializer[Any]):
    """One message: what it tells, and what became of it.

    `status` is the receiver's last answer, 0 where it gave none, and `reason` why the last attempt
    failed. What waits is tried at `next_at`.
    """

    id = serializers.CharField(source="message_id")
    type = serializers.ChoiceField(TYPES)
    session_id = serializers.CharField(allow_null=True)
    happened_at = Timestamp()
    state = serializers.SerializerMethodField()
    attempts = serializers.IntegerField()
    status = serializers.IntegerField()
    reason = serializers.ChoiceField([("", "none"), *Reason.choices])
    next_at = Timestamp(allow_null=True)
    delivered_at = Timestamp(allow_null=True)
    abandoned_at = Timestamp(allow_null=True)

    def get_state(self, delivery: Delivery) -> str:
        """`pending`, `delivered` or `abandoned`."""
        if delivery.next_at:
            return "pending"
        return "delivered" if delivery.delivered_at else "abandoned"


class DeliveriesAnswer(serializers.Serializer[Any]):
    """The answer to `GET /webhooks/{id}/deliveries`, newest first."""

    deliveries = DeliveryAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


def for_everybody(webhook: Webhook) -> dict[str, Any]:
    """Returns what an agent's editor has to know of a webhook, by field."""
    return {
        "id": webhook.id,
        "name": webhook.name,
        "events": webhook.events,
        "all_agents": webhook.all_agents,
        "enabled": not webhook.disabled,
        "disabled": webhook.disabled or None,
    }


def for_owners(webhook: Webhook) -> dict[str, Any]:
    """Returns all of a webhook but its secrets, by field."""
    own = {name: getattr(webhook, name) for name in ("url", "made_by", "made_at", "previous_until")}
    return dict(WebhookAnswer({**for_everybody(webhook), **own}).data)
