"""The WebSocket addresses."""

from __future__ import annotations

from django.urls import path, re_path
from voice_sessions import addresses  # noqa: F401  (registers the converter session_id)

from .consumers import TranscriptConsumer, UnknownAddress

websocket_urlpatterns = [
    path("ws/transcript/<session_id:session_id>", TranscriptConsumer.as_asgi()),
    re_path(r"", UnknownAddress.as_asgi()),
]
