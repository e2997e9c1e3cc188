"""What was said: a visitor's sessions, and the transcript of one."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from visitors.authentication import visitor
from voice_sessions import queries, transcripts
from voice_sessions.actions import erasing
from voice_sessions.queries import HISTORY_LIMIT, Position

from .answers import KNOWN, described
from .fields import StrictText, parsed
from .sessions import SessionAnswer

SEARCH_LENGTH = 200


class Before(StrictText):
    """The opaque place in the history that an earlier answer gave as `next`."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            decoded = base64.urlsafe_b64decode(super().to_internal_value(data)).decode()
            micros, session_id = decoded.split(" ")
            seconds, rest = divmod(int(micros), 1_000_000)
            created_at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
            if not session_id.isprintable():
                raise ValueError(session_id)
        except (binascii.Error, ValueError, OverflowError, OSError):
            raise serializers.ValidationError(
                "Use the value of `next` of an earlier answer."
            ) from None
        return Position(created_at, session_id)


class HistoryQuery(serializers.Serializer[Any]):
    """`GET /sessions?q=&before=&limit=`"""

    q = StrictText(max_length=SEARCH_LENGTH, required=False, default="", allow_blank=True)
    before = Before(required=False, default=None)
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=HISTORY_LIMIT
    )


class HistoryItem(SessionAnswer):
    """One session in a list, with the person's first words as its title."""

    class Meta(SessionAnswer.Meta):
        fields = (*SessionAnswer.Meta.fields, "title")


class HistoryAnswer(serializers.Serializer[Any]):
    """The answer to `GET /sessions`."""

    sessions = HistoryItem(many=True)
    next = serializers.CharField(allow_null=True)


class Entry(serializers.Serializer[Any]):
    """Settled words in a transcript."""

    seq = serializers.IntegerField()
    order = serializers.IntegerField()
    segment = serializers.CharField()
    role = serializers.ChoiceField(["user", "agent"])
    text = serializers.CharField()
    at = serializers.CharField()
    interrupted = serializers.BooleanField()


class LocalLanguage(serializers.Serializer[Any]):
    """Who replied from an event on, where the language was offline."""

    seq = serializers.IntegerField()
    by = serializers.ChoiceField(["model", "script"])
    reason = serializers.CharField()


class TurnTimes(serializers.Serializer[Any]):
    """Where the wait for a reply went, in milliseconds; parts that are not known are left out."""

    seq = serializers.IntegerField()
    at = serializers.CharField()
    event = serializers.ChoiceField(["turn_times"])
    segment = serializers.CharField()
    asked = serializers.CharField(required=False)
    wait_ms = serializers.IntegerField()
    takeover_ms = serializers.IntegerField(required=False)
    text_ms = serializers.IntegerField(required=False)
    decision_ms = serializers.IntegerField(required=False)
    token_ms = serializers.IntegerField(required=False)
    sound_ms = serializers.IntegerField(required=False)
    heard_ms = serializers.IntegerField(required=False)
    tools_ms = serializers.IntegerField(required=False)
    guess = serializers.ChoiceField(["hit", "missed", "none"], required=False)


class TranscriptAnswer(SessionAnswer):
    """The answer to `GET /transcripts/{id}`."""

    speaking = serializers.ListField(child=serializers.CharField(), read_only=True)
    entries = Entry(many=True, read_only=True)
    local_language = LocalLanguage(many=True, read_only=True)
    turn_times = TurnTimes(many=True, read_only=True)

    class Meta(SessionAnswer.Meta):
        fields = (
            *SessionAnswer.Meta.fields,
            *("speaking", "entries", "local_language", "turn_times"),
        )


class TranscriptView(APIView):
    """What was said in one session."""

    @described({200: TranscriptAnswer}, fails=(*KNOWN, 404), operation_id="transcript")
    def get(self, request: Request, session_id: str) -> Response:
        """The session with its settled words in the order in which they were said."""
        found = transcripts.transcript(visitor(request), session_id)
        session = SessionAnswer(found.session).data
        return Response(
            {
                **session,
                "speaking": found.speaking,
                "entries": found.entries,
                "local_language": found.local_language,
                "turn_times": found.turn_times,
            }
        )

    @described({204: None}, fails=(*KNOWN, 404, 409), operation_id="erase_session")
    def delete(self, request: Request, session_id: str) -> Response:
        """Deletes a session that has ended for good, with every word of it."""
        erasing.erase(visitor(request), session_id)
        return Response(status=204)


class SessionsView(APIView):
    """The visitor's sessions."""

    @described(
        {200: HistoryAnswer}, fails=KNOWN, parameters=[HistoryQuery], operation_id="sessions"
    )
    def get(self, request: Request) -> Response:
        """A page of the visitor's sessions, newest first; `q` looks in the titles."""
        wanted = parsed(HistoryQuery, request.query_params)
        found, position = queries.history(
            visitor(request), words=wanted["q"], before=wanted["before"], limit=wanted["limit"]
        )
        items = HistoryItem(found, many=True).data
        return Response({"sessions": items, "next": opaque(position)})

    @described({204: None}, fails=KNOWN, operation_id="erase_sessions")
    def delete(self, request: Request) -> Response:
        """Deletes all sessions that have ended for good; those that go on stay."""
        erasing.erase_all(visitor(request))
        return Response(status=204)


def opaque(position: Position | None) -> str | None:
    """Returns the `next` of a history answer, which Before reads: base64 of time and id."""
    if position is None:
        return None
    created_at = position.created_at
    micros = int(created_at.replace(microsecond=0).timestamp()) * 1_000_000 + created_at.microsecond
    return base64.urlsafe_b64encode(f"{micros} {position.session_id}".encode()).decode()
