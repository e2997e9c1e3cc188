"""What was said: a visitor's sessions, and the transcript of one."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from common.faults import fault
from common.strict import StrictText
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from visitors.authentication import visitor
from voice_sessions import queries, transcripts
from voice_sessions.actions import erasing
from voice_sessions.models import Session
from voice_sessions.queries import HISTORY_LIMIT, Position
from voice_sessions.recordings.joined import recording
from voice_sessions.recordings.waveform import waveform
from voice_sessions.searching.search import Line, search

from .answers import KNOWN, described
from .fields import Timestamp, parsed
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
                fault("not_a_place", "Use the value of `next` of an earlier answer.")
            ) from None
        return Position(created_at, session_id)


class HistoryQuery(serializers.Serializer[Any]):
    """`GET /sessions?q=&before=&limit=`"""

    q = StrictText(max_length=SEARCH_LENGTH, required=False, default="", allow_blank=True)
    before = Before(required=False, default=None)
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=HISTORY_LIMIT
    )


class MatchMark(serializers.Serializer[Any]):
    """What of a line matches: its characters (code points) from `start` until before `end`."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()


class MatchLine(serializers.Serializer[Any]):
    """The last line of a session that has the words; a long one is cut, with "…" at its ends."""

    seq = serializers.IntegerField()
    role = serializers.ChoiceField(["user", "agent"])
    text = serializers.CharField()
    marks = MatchMark(many=True)


class HistoryItem(SessionAnswer):
    """One session in a list, with the person's first words as its title.

    `line` is what matches `q`; null in a list without `q`.
    """

    line = MatchLine(allow_null=True, read_only=True)

    class Meta(SessionAnswer.Meta):
        fields = (*SessionAnswer.Meta.fields, "title", "line")


class HistoryAnswer(serializers.Serializer[Any]):
    """The answer to `GET /sessions`."""

    sessions = HistoryItem(many=True)
    next = serializers.CharField(allow_null=True)


class Entry(serializers.Serializer[Any]):
    """Settled words in a transcript; `until` is when the voice was known to be silent.

    A `filler` was said while a tool was waited for, and answers nothing.
    """

    seq = serializers.IntegerField()
    order = serializers.IntegerField()
    segment = serializers.CharField()
    role = serializers.ChoiceField(["user", "agent"])
    text = serializers.CharField()
    at = serializers.CharField()
    until = serializers.CharField(allow_null=True)
    interrupted = serializers.BooleanField()
    typed = serializers.BooleanField()
    filler = serializers.BooleanField()


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
    way_ms = serializers.IntegerField(required=False)
    tools_ms = serializers.IntegerField(required=False)
    guess = serializers.ChoiceField(["hit", "missed", "none"], required=False)


class OtherEvent(serializers.Serializer[Any]):
    """Another event, with all that the WebSocket tells of it; there may be new kinds of them."""

    event = serializers.CharField()
    seq = serializers.IntegerField()
    at = serializers.CharField()
    role = serializers.CharField(required=False)
    segment = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    fatal = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False)
    service = serializers.CharField(required=False)
    to = serializers.CharField(required=False)


class WaveformAnswer(serializers.Serializer[Any]):
    """How loud each voice is at its loudest, 0 to 255, in steps of equal length."""

    person = serializers.ListField(child=serializers.IntegerField())
    agent = serializers.ListField(child=serializers.IntegerField())


class RecordingAnswer(serializers.Serializer[Any]):
    """What there is to hear at `/transcripts/{id}/recording`, which begins at `started_at`."""

    started_at = Timestamp()
    seconds = serializers.FloatField()
    size = serializers.IntegerField()
    waveform = WaveformAnswer()


class TranscriptAnswer(SessionAnswer):
    """The answer to `GET /transcripts/{id}`."""

    speaking = serializers.ListField(child=serializers.CharField(), read_only=True)
    entries = Entry(many=True, read_only=True)
    local_language = LocalLanguage(many=True, read_only=True)
    turn_times = TurnTimes(many=True, read_only=True)
    events = OtherEvent(many=True, read_only=True)
    recording = RecordingAnswer(allow_null=True, read_only=True)

    class Meta(SessionAnswer.Meta):
        fields = (
            *SessionAnswer.Meta.fields,
            *("speaking", "entries", "local_language", "turn_times", "events", "recording"),
        )


class TranscriptView(APIView):
    """What was said in one session."""

    @described({200: TranscriptAnswer}, fails=(*KNOWN, 404), operation_id="transcript")
    def get(self, request: Request, session_id: str) -> Response:
        """The session with its settled words in the order in which they were said."""
        return Response(transcript_answer(transcripts.transcript(visitor(request), session_id)))

    @described({204: None}, fails=(*KNOWN, 404, 409), operation_id="erase_session")
    def delete(self, request: Request, session_id: str) -> Response:
        """Deletes a session that has ended for good, with every word of it."""
        erasing.erase(visitor(request), session_id)
        return Response(status=204)


def transcript_answer(found: transcripts.Transcript) -> dict[str, Any]:
    """Returns what an answer tells of a session, as TranscriptAnswer has it."""
    return {
        **SessionAnswer(found.session).data,
        "speaking": found.speaking,
        "entries": found.entries,
        "local_language": found.local_language,
        "turn_times": found.turn_times,
        "events": found.events,
        "recording": _recording(found.session),
    }


def _recording(session: Session) -> dict[str, Any] | None:
    """What there is to hear of it, as RecordingAnswer has it; None where there is nothing."""
    found = recording(session)
    if found is None:
        return None
    told = {"started_at": found.started_at, "seconds": found.seconds, "size": found.size}
    return dict(RecordingAnswer({**told, "waveform": waveform(session, found)}).data)


class SessionsView(APIView):
    """The visitor's sessions."""

    @described(
        {200: HistoryAnswer}, fails=KNOWN, parameters=[HistoryQuery], operation_id="sessions"
    )
    def get(self, request: Request) -> Response:
        """A page of the visitor's sessions, newest first.

        With `q`, those in which either side said all of these words in one line, in any case and
        with or without accents. Words in quotes follow each other, and the last word may be the
        beginning of one.
        """
        wanted = parsed(HistoryQuery, request.query_params)
        items, position = _page(visitor(request), **wanted)
        return Response({"sessions": items, "next": opaque(position)})

    @described({204: None}, fails=KNOWN, operation_id="erase_sessions")
    def delete(self, request: Request) -> Response:
        """Deletes all sessions that have ended for good; those that go on stay."""
        erasing.erase_all(visitor(request))
        return Response(status=204)


def _page(
    visitor: str, q: str, before: Position | None, limit: int
) -> tuple[list[dict[str, Any]], Position | None]:
    """Returns the answer's sessions, and where the next page begins."""
    if not q.strip():
        listed, position = queries.history(visitor, before=before, limit=limit)
        return [session_item(session, None) for session in listed], position
    found, position = search(visitor, q, before, limit)
    return [session_item(each.session, each.line) for each in found], position


def session_item(session: Session, line: Line | None) -> dict[str, Any]:
    """Returns a session of a list, with the line that was found."""
    return {**HistoryItem(session).data, "line": MatchLine(line).data if line else None}


def opaque(position: Position | None) -> str | None:
    """Returns the `next` of a history answer, which Before reads: base64 of time and id."""
    if position is None:
        return None
    created_at = position.created_at
    micros = int(created_at.replace(microsecond=0).timestamp()) * 1_000_000 + created_at.microsecond
    return base64.urlsafe_b64encode(f"{micros} {position.session_id}".encode()).decode()
