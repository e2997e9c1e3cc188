"""The WebSocket edge."""

from __future__ import annotations

from channels.generic.websocket import AsyncWebsocketConsumer


def open_sockets() -> int:
    """How many sockets follow a session in this process."""
    return 0


class TranscriptConsumer(AsyncWebsocketConsumer):
    pass


class UnknownAddress(AsyncWebsocketConsumer):
    pass
