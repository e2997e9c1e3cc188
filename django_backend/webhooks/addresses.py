"""How the ids of webhooks and messages look in an address; nothing else reaches a database."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter

from webhooks.models import ID_LENGTH


class WebhookId(StringConverter):
    """Matches what `models.new_id` may have made."""

    regex = f"[A-Za-z0-9_-]{{1,{ID_LENGTH}}}"


class MessageId(StringConverter):
    """Matches what `models.new_message_id` may have made."""

    regex = f"msg_[A-Za-z0-9_-]{{1,{ID_LENGTH}}}"


register_converter(WebhookId, "webhook_id")
register_converter(MessageId, "message_id")
