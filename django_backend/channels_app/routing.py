"""The WebSocket addresses."""

from __future__ import annotations

from django.urls import path, re_path

from .consumers import TranscriptConsumer, UnknownAddress

websocket_urlpatterns = [
    path("ws/transcript/<str:session_id>", TranscriptConsumer.as_asgi()),
    re_path(r"", UnknownAddress.as_asgi()),
]
