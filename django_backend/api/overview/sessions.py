"""The sessions of all visitors, for operators; that somebody opened one is in the audit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from agents.agent import DEFAULT
from agents.models import SLUG_LENGTH
from common.faults import fault
from common.strict import Coded, StrictText
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from operators.audit import note
from operators.authentication import OPERATORS, known_operator, name_of, only
from operators.models import Role
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from voice_sessions import queries, transcripts
from voice_sessions.endings import EndReason
from voice_sessions.overview import chosen
from voice_sessions.overview.chosen import Chosen

from api.answers import ALWAYS, described
from api.fields import parsed
from api.history import (
    HistoryAnswer,
    HistoryQuery,
    TranscriptAnswer,
    opaque,
    session_item,
    transcript_answer,
)
from api.operators.guarded import ForOperators
from api.recordings.ranges import KIND
from api.recordings.views import RecordingView

FAILS = (*ALWAYS, 403, 404, 503)


class Days(serializers.Serializer[Any]):
    """Days of UTC, both of which are among those that are wanted."""

    def get_fields(self) -> dict[str, Any]:
        return {"from": _day(), "to": _day()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses days in the wrong order."""
        if attrs["from"] and attrs["to"] and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError(
                {"to": [fault("before_first_day", "This is before the first day.")]}
            )
        return attrs


class Day(Coded, serializers.DateField):
    """A day by RFC 3339."""

    codes = {"invalid": "not_a_day", "datetime": "not_a_day"}


def _day() -> Day:
    told = "A day of UTC, such as 2026-01-31."
    return Day(required=False, default=None, help_text=told)


class SessionsQuery(HistoryQuery, Days):
    """`GET /operator/sessions?agent=&q=&from=&to=&reason=&before=&limit=`"""

    agent = StrictText(max_length=SLUG_LENGTH, required=False, default="", allow_blank=True)
    reason = serializers.ChoiceField(
        EndReason.choices, required=False, default="", allow_blank=True
    )

    def get_fields(self) -> dict[str, Any]:
        return {**HistoryQuery.get_fields(self), **Days.get_fields(self)}


class OperatorSessionsView(ForOperators):
    """All visitors' sessions."""

    @described(
        {200: HistoryAnswer},
        fails=FAILS,
        parameters=[SessionsQuery],
        operation_id="operator_sessions",
    )
    @only(Role.VIEWER)
    def get(self, request: Request) -> Response:
        """A page of all visitors' sessions, newest first, by agent, days, end reason and words.

        With `q` a page looks at the newest 5,000 sessions that have the words: it may have few of
        those that are wanted, or none, and `next` then leads on.
        """
        items, position = _page(parsed(SessionsQuery, request.query_params))
        return Response({"sessions": items, "next": opaque(position)})


class OperatorSessionView(ForOperators):
    """One session of any visitor's."""

    @described({200: TranscriptAnswer}, fails=FAILS, operation_id="operator_session")
    @only(Role.VIEWER)
    def get(self, request: Request, session_id: str) -> Response:
        """What its visitor sees of it too. Who opened it is in the audit."""
        session = queries.session_for_staff(session_id)
        note(name_of(known_operator(request)), "session.opened", session.id)
        return Response(transcript_answer(transcripts.transcript_of(session)))


class OperatorRecordingView(RecordingView):
    """What a session of any visitor's sounded like."""

    authentication_classes = OPERATORS
    permission_classes = [AllowAny]

    @described(
        {200: OpenApiTypes.BINARY, 206: OpenApiTypes.BINARY},
        fails=(*FAILS, 416),
        kind=KIND,
        parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER)],
        operation_id="operator_recording",
    )
    @only(Role.VIEWER)
    def get(self, request: Request, session_id: str) -> HttpResponseBase:
        """The same as its visitor hears. Who heard it is in the audit."""
        return self.sound_for(name_of(known_operator(request)), request, session_id)


def begin_of(day: date) -> datetime:
    """Returns when a day begins in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def end_of(day: date) -> datetime:
    """Returns when the day after it begins in UTC; of the last of the calendar when it begins."""
    return begin_of(day + timedelta(days=1) if day < date.max else day)


def _page(wanted: dict[str, Any]) -> tuple[list[dict[str, Any]], queries.Position | None]:
    those = Chosen(
        agent=wanted["agent"],
        is_usual=wanted["agent"] == DEFAULT,
        since=begin_of(wanted["from"]) if wanted["from"] else None,
        until=end_of(wanted["to"]) if wanted["to"] else None,
        reason=wanted["reason"],
    )
    place = {"before": wanted["before"], "limit": wanted["limit"]}
    if not wanted["q"].strip():
        listed, position = chosen.sessions(those, **place)
        return [session_item(each, None) for each in listed], position
    found, position = chosen.find(those, wanted["q"], **place)
    return [session_item(each.session, each.line) for each in found], position
