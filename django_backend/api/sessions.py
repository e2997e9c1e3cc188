"""Sessions: to start, to ask about and to stop."""

from __future__ import annotations

from typing import Any

from agent_manager.manager import manager
from django.conf import settings
from rest_framework import serializers
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from visitors.addresses import address_tag
from visitors.authentication import visitor
from visitors.rates import RATES, StartRate
from voice_sessions import queries
from voice_sessions.actions.sessions import NewSession
from voice_sessions.models import ID_LENGTH, Session

from .answers import KNOWN, described
from .fields import Identity, Name, StrictText, Timestamp, parsed
from .problems import Problem, Refused

PROMPT_LENGTH = 8000
_NO_PROMPT = "What the agent should be is not for visitors to say here; leave this out."
NO_PROMPT = Problem(400, "prompt_not_allowed", _NO_PROMPT, errors={"system_prompt": [_NO_PROMPT]})


class SessionRequest(serializers.Serializer[Any]):
    """`POST /session`; an empty `system_prompt` means the operator's own.

    Another one is refused unless ALLOW_VISITOR_PROMPT is on. `continues` is the id of one's own
    session that has ended: the agent knows what was said in it.
    """

    room = Name()
    identity = Identity()
    system_prompt = StrictText(
        max_length=PROMPT_LENGTH, required=False, default="", allow_blank=True
    )
    continues = StrictText(
        max_length=ID_LENGTH, required=False, default=None, allow_blank=True, allow_null=True
    )


class Started(serializers.ModelSerializer[Session]):
    """The answer to `POST /session`."""

    session_id = serializers.CharField(source="id", read_only=True)

    class Meta:
        model = Session
        fields: tuple[str, ...] = ("session_id", "state", "room", "identity")


class SessionAnswer(Started):
    """One session."""

    created_at = Timestamp()
    started_at = Timestamp(allow_null=True)
    ended_at = Timestamp(allow_null=True)
    end_reason = serializers.SerializerMethodField()
    continues = serializers.CharField(source="continues_id", allow_null=True, read_only=True)

    class Meta(Started.Meta):
        fields = (
            *Started.Meta.fields,
            "created_at",
            "started_at",
            "ended_at",
            "end_reason",
            "last_seq",
            "continues",
        )

    def get_end_reason(self, session: Session) -> str | None:
        return session.end_reason or None


class Stopped(serializers.Serializer[Any]):
    """The answer to `DELETE /session/{id}`."""

    stopped = serializers.BooleanField()


@described(
    {201: Started, 200: Started},
    fails=(*KNOWN, 404, 409, 415, 502),
    request=SessionRequest,
    operation_id="start_session",
)
@api_view(["POST"])
@throttle_classes([*RATES, StartRate])
def start(request: Request) -> Response:
    """Starts a session and its agent; 200 with the live one of this room and identity, if any."""
    wanted = parsed(SessionRequest, request.data)
    if wanted["system_prompt"] and not settings.ALLOW_VISITOR_PROMPT:
        raise Refused(NO_PROMPT)
    continues = wanted.pop("continues") or None
    new = NewSession(
        visitor(request), **wanted, address=address_tag(request), continues_id=continues
    )
    session, is_new = manager().start(new)
    return Response(Started(session).data, 201 if is_new else 200)


class SessionView(APIView):
    """One session."""

    @described({200: SessionAnswer}, fails=(*KNOWN, 404), operation_id="session")
    def get(self, request: Request, session_id: str) -> Response:
        """Its state, times, end reason and last number."""
        session = queries.visible_session(visitor(request), session_id)
        return Response(SessionAnswer(session).data)

    @described({200: Stopped}, fails=(*KNOWN, 404), operation_id="stop_session")
    def delete(self, request: Request, session_id: str) -> Response:
        """Ends it; at once, and also when it is ending or has ended.

        503 `session_not_ended` when it should be over by now and cannot be ended.
        """
        manager().stop(queries.visible_session(visitor(request), session_id))
        return Response({"stopped": True})
