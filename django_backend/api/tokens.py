"""Tokens with which a person joins a room."""

from __future__ import annotations

import json
import secrets
from typing import Any

import structlog
from agent_manager.joining import Start, sealed
from agent_manager.manager import manager
from agents.agent import DEFAULT, Offer
from agents.queries import offered
from common.faults import fault
from common.strict import StrictText
from django.conf import settings
from media_server.client import websocket_url
from media_server.tokens import participant_token
from operators.keys import check
from operators.models import ApiKey
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from visitors.addresses import address_tag
from visitors.authentication import visitor
from visitors.rates import RATES, StartRate
from visitors.tokens import token_for
from voice_sessions import limits
from voice_sessions.events import timestamp

from .answers import KNOWN, described
from .fields import Identity, Name, ShownName, parsed
from .sessions import AgentSlug, Variables, check_variables

log = structlog.get_logger(__name__)
METADATA_LENGTH = 4000
MOST_OF_VARIABLES = 2000
"""Characters of all values together: they travel in the token, which is part of an address."""


class TokenQuery(serializers.Serializer[Any]):
    """`GET /token?room=&identity=&name=`"""

    room = Name()
    identity = Identity()
    name = ShownName()


class AgentDispatch(serializers.Serializer[Any]):
    """Which agent is to come: `agent_name` is a slug, the default one where it is empty.

    `metadata` is a JSON object with values for the agent's variables, or empty.
    """

    agent_name = AgentSlug()
    metadata = StrictText(max_length=METADATA_LENGTH, required=False, default="", allow_blank=True)

    def validate_metadata(self, text: str) -> dict[str, str]:
        """Returns the variables in it."""
        try:
            values = json.loads(text or "{}")
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise serializers.ValidationError(
                fault("not_variables", "Give a JSON object of variables, or nothing.")
            )
        return dict(Variables().run_validation(values))


class RoomConfig(serializers.Serializer[Any]):
    """LiveKit's room configuration, of which only the agent counts."""

    agents = serializers.ListField(child=AgentDispatch(), required=False, max_length=1)


class TokenRequest(serializers.Serializer[Any]):
    """LiveKit's standard token endpoint; metadata and attributes of the person are ignored.

    With `room_config` a session starts when the person has joined, with the agent that it names.
    Otherwise `POST /session` starts it; `agent` and `variables` are checked as they are there.
    """

    room_name = Name(default=lambda: f"quickstart-{secrets.token_hex(4)}")
    participant_identity = Identity(default=lambda: f"guest-{secrets.token_hex(4)}")
    participant_name = ShownName()
    agent = AgentSlug()
    variables = Variables()
    room_config = RoomConfig(required=False, allow_null=True, default=None)


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
        fails=(*KNOWN, 403, 409),
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
        fails=(*KNOWN, 403, 404, 409, 415),
        request=TokenRequest,
        operation_id="standard_token",
    )
    def post(self, request: Request) -> Response:
        """The same token by LiveKit's standard token endpoint, or one that starts a session.

        The latter is for a minute; its person may also send text to the agent.
        """
        wanted = parsed(TokenRequest, request.data)
        agents = (wanted["room_config"] or {}).get("agents") or [{}]
        agent = offered(agents[0].get("agent_name") or wanted["agent"] or DEFAULT)
        variables = {**wanted["variables"], **agents[0].get("metadata", {})}
        check_variables(agent, variables)
        room, identity = wanted["room_name"], wanted["participant_identity"]
        start = ""
        if wanted["room_config"] is not None:
            self._may_start(request)
            start = _start(request, agent, room, identity, variables)
        name = wanted["participant_name"]
        token, _expires_at = _token(request, room, identity, name, start=start)
        server_url = websocket_url(settings.LIVEKIT_PUBLIC_URL)
        answer = {"server_url": server_url, "participant_token": token}
        return Response({**answer, **_for_program(request)}, 201)

    def _may_start(self, request: Request) -> None:
        """Raises what `POST /session` would: too many starts, or sessions."""
        rate = StartRate()
        if not rate.allow_request(request, self):
            self.throttled(request, rate.wait() or 0)
        limits.check(visitor(request), address_tag(request))


def _start(
    request: Request, agent: Offer, room: str, identity: str, variables: dict[str, str]
) -> str:
    """What the token says of the session to start; raises ValidationError where that is long."""
    if sum(map(len, variables.values())) > MOST_OF_VARIABLES:
        sentence = "Give {limit} characters at most, all values together."
        wrong = fault("variables_too_long", sentence, limit=MOST_OF_VARIABLES)
        raise serializers.ValidationError({"variables": [wrong]})
    who = visitor(request)
    return sealed(Start(who, room, identity, agent.slug, address_tag(request), variables))


def _for_program(request: Request) -> dict[str, str]:
    """What a program with a key hands to its person's browser, for REST and the socket."""
    if not isinstance(request.auth, ApiKey):
        return {}
    return {"visitor_token": token_for(visitor(request))}


def _token(
    request: Request, room: str, identity: str, name: str, *, start: str = ""
) -> tuple[str, str]:
    who = visitor(request)
    if isinstance(request.auth, ApiKey):
        check(request.auth, "sessions", "POST")  # a token is no reading, by whatever method
    over = manager().make_way(who, room, identity)
    token, expires_at = participant_token(who, room, identity, name, over=over, start=start)
    log.info("token_minted")
    return token, timestamp(expires_at)
