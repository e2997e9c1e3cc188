"""The REST edge: each view parses, calls one verb and answers."""

from __future__ import annotations

from typing import Any

import structlog
from agent_manager.manager import come_for_session, settle_session, start_session
from agent_manager.runtimes.base import AgentUnavailable
from asgiref.sync import async_to_sync
from django.conf import settings
from media_server.client import websocket_url
from media_server.tokens import participant_token
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
    throttle_classes,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from visitors.addresses import address_tag
from visitors.authentication import StaffAuthentication, is_staff, visitor
from visitors.rates import RATES, StartRate
from voice_sessions import actions, queries
from voice_sessions.events import timestamp
from voice_sessions.models import EndReason

from . import readiness, serializers
from .answers import ALWAYS, KNOWN, described
from .errors import Problem

log = structlog.get_logger(__name__)
RETRY_AFTER = 10


@described({200: serializers.Health}, fails=ALWAYS)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([])
def health(_request: Request) -> Response:
    """Says that the process answers; touches nothing."""
    return Response({"status": "ok"})


@described({200: serializers.Ready, 503: serializers.Ready}, fails=(*ALWAYS, 503), auth=[])
@api_view(["GET"])
@authentication_classes([StaffAuthentication])
@permission_classes([])
def ready(request: Request) -> Response:
    """200, or 503 when a dependency that is needed does not answer; staff see which."""
    ask = readiness.report if is_staff(request) else readiness.brief
    report = async_to_sync(ask)()
    return Response(report, 200 if report["status"] == readiness.OK else 503)


class TokenView(APIView):
    """Tokens with which a person joins a room of LiveKit."""

    throttle_classes = RATES

    @described(
        {200: serializers.TokenAnswer},
        fails=(*KNOWN, 409),
        parameters=[serializers.TokenQuery],
        operation_id="token",
    )
    def get(self, request: Request) -> Response:
        """A token for one room and identity: microphone and listening, nothing else; 15 minutes."""
        wanted = _parsed(serializers.TokenQuery, request.query_params)
        token, expires_at = _token(request, wanted["room"], wanted["identity"], wanted["name"])
        return Response(
            {
                "token": token,
                "server_url": websocket_url(settings.LIVEKIT_PUBLIC_URL),
                "room": wanted["room"],
                "expires_at": expires_at,
            }
        )

    @described(
        {201: serializers.StandardTokenAnswer},
        fails=(*KNOWN, 409, 415),
        request=serializers.TokenRequest,
        operation_id="standard_token",
    )
    def post(self, request: Request) -> Response:
        """The same token by LiveKit's standard token endpoint."""
        wanted = _parsed(serializers.TokenRequest, request.data)
        room, identity = wanted["room_name"], wanted["participant_identity"]
        token, _expires_at = _token(request, room, identity, wanted["participant_name"])
        server_url = websocket_url(settings.LIVEKIT_PUBLIC_URL)
        return Response({"server_url": server_url, "participant_token": token}, 201)


@described(
    {201: serializers.Started, 200: serializers.Started},
    fails=(*KNOWN, 409, 415, 502),
    request=serializers.SessionRequest,
    operation_id="start_session",
)
@api_view(["POST"])
@throttle_classes([*RATES, StartRate])
def sessions_start(request: Request) -> Response:
    """Starts a session and its agent; 200 with the live one of this room and identity, if any."""
    wanted = _parsed(serializers.SessionRequest, request.data)
    if wanted["system_prompt"] and not settings.ALLOW_VISITOR_PROMPT:
        raise _no_prompt()
    try:
        session, is_new = start_session(visitor(request), **wanted, address=address_tag(request))
    except actions.RoomInUse:
        raise _room_in_use() from None
    except actions.TooManySessions as error:
        raise _too_many(error.scope) from None
    except AgentUnavailable:
        raise _no_agent() from None
    return Response(serializers.Started(session).data, 201 if is_new else 200)


class SessionView(APIView):
    """One session."""

    @described({200: serializers.SessionAnswer}, fails=(*KNOWN, 404), operation_id="session")
    def get(self, request: Request, session_id: str) -> Response:
        """Its state, times, end reason and last number."""
        session = queries.visible_session(visitor(request), session_id)
        return Response(serializers.SessionAnswer(session).data)

    @described({200: serializers.Stopped}, fails=(*KNOWN, 404), operation_id="stop_session")
    def delete(self, request: Request, session_id: str) -> Response:
        """Ends it; at once, and also when it is ending or has ended."""
        session = queries.visible_session(visitor(request), session_id)
        actions.end(session.id, EndReason.STOPPED)
        settle_session(session.id)
        return Response({"stopped": True})


@described({200: serializers.TranscriptAnswer}, fails=(*KNOWN, 404), operation_id="transcript")
@api_view(["GET"])
def transcript(request: Request, session_id: str) -> Response:
    """The session with its settled words in the order in which they were said."""
    found = queries.transcript(visitor(request), session_id)
    session = serializers.SessionAnswer(found.session).data
    return Response({**session, "speaking": found.speaking, "entries": found.entries})


@described(
    {200: serializers.HistoryAnswer},
    fails=KNOWN,
    parameters=[serializers.HistoryQuery],
    operation_id="sessions",
)
@api_view(["GET"])
def sessions(request: Request) -> Response:
    """A page of the visitor's sessions, newest first; `q` looks in the titles."""
    wanted = _parsed(serializers.HistoryQuery, request.query_params)
    found, position = queries.history(
        visitor(request), words=wanted["q"], before=wanted["before"], limit=wanted["limit"]
    )
    items = serializers.HistoryItem(found, many=True).data
    return Response({"sessions": items, "next": serializers.opaque(position)})


def _parsed(serializer: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    parsed = serializer(data=data)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


def _token(request: Request, room: str, identity: str, name: str) -> tuple[str, str]:
    try:
        over = come_for_session(visitor(request), room, identity)
    except actions.RoomInUse:
        raise _room_in_use() from None
    token, expires_at = participant_token(visitor(request), room, identity, name, over=over)
    log.info("token_minted")
    return token, timestamp(expires_at)


def _room_in_use() -> Problem:
    return Problem(409, "room_in_use", "You are in this room under another name.")


def _no_prompt() -> Problem:
    sentence = "What the agent should be is not for visitors to say here; leave this out."
    errors = {"system_prompt": [sentence]}
    return Problem(400, "prompt_not_allowed", sentence, errors=errors)


def _too_many(scope: str) -> Problem:
    if scope == "visitor":
        most = settings.MAX_SESSIONS_PER_VISITOR
        sentence = f"You have {most} sessions going on; end one first."
        return Problem(429, "too_many_sessions", sentence, retry_after=RETRY_AFTER)
    if scope == "address":
        sentence = "From your network too many sessions go on; try again when one has ended."
        return Problem(429, "too_many_sessions", sentence, retry_after=RETRY_AFTER)
    sentence = "All agents are busy; try again in a moment."
    return Problem(503, "at_capacity", sentence, retry_after=RETRY_AFTER)


def _no_agent() -> Problem:
    if async_to_sync(readiness.livekit_answers)():
        return Problem(502, "agent_failed", "The agent could not join the room.")
    return Problem(502, "livekit_unreachable", "The media server does not answer.")
