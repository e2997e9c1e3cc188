"""The fields of a webhook as operators write them, strictly checked."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from common.faults import fault, matching
from common.strict import StrictBoolean, StrictFields, StrictList, StrictText
from rest_framework import serializers

from webhooks.models import NAME_LENGTH, URL_LENGTH, EventType

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class WebhookName(StrictText):
    """The name by which agents name a webhook: small letters, digits and single hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = "Use small letters, digits and single hyphens between them."
        validators = [matching(NAME, "slug_signs", wrong)]
        super().__init__(max_length=NAME_LENGTH, validators=validators, **kwargs)


class WebhookUrl(StrictText):
    """The address that messages are sent to; whether http will do depends on its host."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=URL_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        url = super().to_internal_value(data)
        if not _is_whole(url):
            raise serializers.ValidationError(
                fault(
                    "webhook_address",
                    "Use a whole address, such as https://example.com/hooks/voice, without a "
                    "password and without a part after #.",
                )
            )
        return url


class WebhookFields(StrictFields):
    """What operators change of a webhook; its name stays what it is."""

    url = WebhookUrl()
    events = StrictList(
        child=serializers.ChoiceField(EventType.choices),
        allow_empty=False,
        max_length=len(EventType),
    )
    all_agents = StrictBoolean(required=False, default=False)
    enabled = StrictBoolean(required=False, default=True)


class NewWebhook(WebhookFields):
    """A webhook that is not there yet."""

    name = WebhookName()


def host_of(url: str) -> str:
    """Returns the host of an address, in small letters."""
    return (urlsplit(url).hostname or "").lower()


def _is_whole(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return False
    is_clean = "@" not in parts.netloc and not parts.fragment and url.isascii()
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and is_clean and " " not in url
    )
