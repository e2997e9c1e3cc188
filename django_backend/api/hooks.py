"""What the media server tells by itself: hints that something in a room has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, cast

from asgiref.sync import async_to_sync
from drf_spectacular.utils import extend_schema
from livekit import api
from media_server import webhooks
from media_server.names import installation_id
from media_server.people import is_person
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    parser_classes,
    permission_classes,
)
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from wakeups import wake

LEAVINGS = ("participant_left", "participant_connection_aborted", "room_finished")


class RawParser(BaseParser):
    """The body as it came: the signature is over its bytes."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return stream.read()


@extend_schema(exclude=True)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
@parser_classes([RawParser])
def livekit_webhook(request: Request) -> Response:
    """Makes the supervisor look at the rooms at once.

    Nothing is taken from the message but that something happened in a room of ours: it may come
    late, twice or in any order.
    """
    authorization = request.headers.get("Authorization", "")
    event = webhooks.received(cast(bytes, request.data), authorization)
    if _is_telling(event) and _is_ours(event):
        async_to_sync(wake.rooms_changed)()
    return Response({"ok": True})


def _is_telling(event: api.WebhookEvent) -> bool:
    """Returns whether somebody left or a person came, whose token may be an old one."""
    has_joined = event.event == "participant_joined"
    return event.event in LEAVINGS or (has_joined and is_person(event.participant))


def _is_ours(event: api.WebhookEvent) -> bool:
    marks = (event.room.metadata, event.participant.attributes.get("installation"))
    return installation_id() in marks
