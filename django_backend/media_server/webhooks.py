"""What the media server tells by itself: events that it signs."""

from __future__ import annotations

import structlog
from django.conf import settings
from livekit import api

log = structlog.get_logger(__name__)


class BadSignature(Exception):
    """The message is not one that our media server has signed."""


def received(body: bytes, authorization: str) -> api.WebhookEvent:
    """Returns the event in a webhook's body; raises BadSignature where it is not LiveKit's."""
    verifier = api.TokenVerifier(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
    try:
        return api.WebhookReceiver(verifier).receive(body.decode(), authorization)
    except Exception as error:  # it raises whatever its parsers do
        log.warning("webhook_refused", error=type(error).__name__)
        raise BadSignature from error
