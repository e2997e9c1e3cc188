"""Tokens with which a person joins a room."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from agent_manager.manager import manager
from agents.agent import DEFAULT
from agents.queries import offered
from django.conf import settings
from media_server.client import websocket_url
from media_server.tokens import participant_token
from operators.models import ApiKey
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from visitors.authentication import visitor
from visitors.rates import RATES
from visitors.tokens import token_for
from voice_sessions.events import timestamp

from .answers import KNOWN, described
from .fields import Identity, Name, ShownName, parsed
from .sessions import AgentSlug, Variables, check_variables

log = structlog.get_logger(__name__)


class TokenQuery(serializers.Serializer[Any]):
    """`GET /token?room=&identity=&name=`"""

    room = Name()
    identity = Identity()
    name = ShownName()


class TokenRequest(serializers.Serializer[Any]):
    """LiveKit's standard token endpoint; metadata and room_config, if it has them, are ignored.

    `agent` and `variables` are checked as for `POST /session`, which starts the agent.
    """

    room_name = Name(default=lambda: f"quickstart-{secrets.token_hex(4)}")
    participant_identity = Identity(default=lambda: f"guest-{secrets.token_hex(4)}")
    participant_name = ShownName()
    agent = AgentSlug()
    variables = Variables()


class TokenAnswer(serializers.Serializer[Any]):
    """The answer to `GET /token`; with a program's key also a visitor token for its person."""

    token = serializers.CharField()
    server_url = serializers.CharField()
    room = serializers.CharField()
    expires_at = serializers.CharField()
    visitor_token = serializers.CharField(required=False)


class StandardTokenAnswer(serializers.Serializer[Any]):
    """The answer to `POST /token`."""

    server_url = serializers.CharField()
    participant_token = serializers.CharField()
    visitor_token = serializers.CharField(required=False)


class TokenView(APIView):
    """Tokens with which a person joins a room of LiveKit."""

    throttle_classes = RATES

    @described(
        {200: TokenAnswer},
        fails=(*KNOWN, 409),
        parameters=[TokenQuery],
        operation_id="token",
    )
    def get(self, request: Request) -> Response:
        """A token for one room and identity: microphone and listening, nothing else; 15 minutes."""
        wanted = parsed(TokenQuery, request.query_params)
        token, expires_at = _token(request, wanted["room"], wanted["identity"], wanted["name"])
        return Response(
            {
                "token": token,
                "server_url": websocket_url(settings.LIVEKIT_PUBLIC_URL),
                "room": wanted["room"],
                "expires_at": expires_at,
                **_for_program(request),
            }
        )

    @described(
        {201: StandardTokenAnswer},
        fails=(*KNOWN, 404, 409, 415),
        request=TokenRequest,
        operation_id="standard_token",
    )
    def post(self, request: Request) -> Response:
        """The same token by LiveKit's standard token endpoint."""
        wanted = parsed(TokenRequest, request.data)
        check_variables(offered(wanted["agent"] or DEFAULT), wanted["variables"])
        room, identity = wanted["room_name"], wanted["participant_identity"]
        token, _expires_at = _token(request, room, identity, wanted["participant_name"])
        server_url = websocket_url(settings.LIVEKIT_PUBLIC_URL)
        answer = {"server_url": server_url, "participant_token": token}
        return Response({**answer, **_for_program(request)}, 201)


def _for_program(request: Request) -> dict[str, str]:
    """What a program with a key hands to its person's browser, for REST and the socket."""
    if not isinstance(request.auth, ApiKey):
        return {}
    return {"visitor_token": token_for(visitor(request))}


def _token(request: Request, room: str, identity: str, name: str) -> tuple[str, str]:
    over = manager().make_way(visitor(request), room, identity)
    token, expires_at = participant_token(visitor(request), room, identity, name, over=over)
    log.info("token_minted")
    return token, timestamp(expires_at)
