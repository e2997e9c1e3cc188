"""The shapes of requests, strictly checked, and of answers."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Any

from media_server.names import AGENT_PREFIX
from rest_framework import serializers
from voice_sessions.events import timestamp
from voice_sessions.models import Session
from voice_sessions.queries import HISTORY_LIMIT, Position

NAME_LENGTH = 128
PROMPT_LENGTH = 8000
SEARCH_LENGTH = 200
NAME = re.compile(r"[A-Za-z0-9 ._-]+")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of control, format, surrogate, line and paragraph separator."""
JOINERS = "\u200c\u200d"


class StrictText(serializers.CharField):
    """Text that must come as a JSON string: a number is not turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Name(StrictText):
    """The name of a room or a person: letters a to z, digits, space and `._-`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NAME_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name and not NAME.fullmatch(name):
            raise serializers.ValidationError(
                "Use letters, digits, spaces and the signs . _ - only."
            )
        return name


class Identity(Name):
    """The name of a person in a room; those of agents are reserved."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name.lower().startswith(AGENT_PREFIX):
            raise serializers.ValidationError(f"Names that begin with {AGENT_PREFIX} are reserved.")
        return name


class ShownName(StrictText):
    """A person's name as others are shown it: any writing, and no sign that is not seen.

    Such signs turn the order of what is written around them, or end lines. Joiners are kept: some
    scripts, and pictures of several signs, need them.
    """

    def __init__(self) -> None:
        super().__init__(max_length=NAME_LENGTH, required=False, default="", allow_blank=True)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if any(unicodedata.category(sign) in UNSEEN for sign in name if sign not in JOINERS):
            raise serializers.ValidationError("Leave out signs that are not seen.")
        return name


class TokenQuery(serializers.Serializer[Any]):
    """`GET /token?room=&identity=&name=`"""

    room = Name()
    identity = Identity()
    name = ShownName()


class TokenRequest(serializers.Serializer[Any]):
    """LiveKit's standard token endpoint; metadata and room_config, if it has them, are ignored."""

    room_name = Name(default=lambda: f"quickstart-{secrets.token_hex(4)}")
    participant_identity = Identity(default=lambda: f"guest-{secrets.token_hex(4)}")
    participant_name = ShownName()


class SessionRequest(serializers.Serializer[Any]):
    """`POST /session`; an empty `system_prompt` means the operator's own.

    Another one is refused unless ALLOW_VISITOR_PROMPT is on.
    """

    room = Name()
    identity = Identity()
    system_prompt = StrictText(
        max_length=PROMPT_LENGTH, required=False, default="", allow_blank=True
    )


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


class Timestamp(serializers.DateTimeField):
    """RFC 3339 in UTC with milliseconds."""

    def to_representation(self, value: datetime) -> str:
        return timestamp(value)


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

    class Meta(Started.Meta):
        fields = (
            *Started.Meta.fields,
            "created_at",
            "started_at",
            "ended_at",
            "end_reason",
            "last_seq",
        )

    def get_end_reason(self, session: Session) -> str | None:
        return session.end_reason or None


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
    role = serializers.ChoiceField(["user", "agent"])
    text = serializers.CharField()
    at = serializers.CharField()
    interrupted = serializers.BooleanField()


class TranscriptAnswer(SessionAnswer):
    """The answer to `GET /transcripts/{id}`."""

    speaking = serializers.ListField(child=serializers.CharField(), read_only=True)
    entries = Entry(many=True, read_only=True)

    class Meta(SessionAnswer.Meta):
        fields = (*SessionAnswer.Meta.fields, "speaking", "entries")


class TokenAnswer(serializers.Serializer[Any]):
    """The answer to `GET /token`."""

    token = serializers.CharField()
    server_url = serializers.CharField()
    room = serializers.CharField()
    expires_at = serializers.CharField()


class StandardTokenAnswer(serializers.Serializer[Any]):
    """The answer to `POST /token`."""

    server_url = serializers.CharField()
    participant_token = serializers.CharField()


class Stopped(serializers.Serializer[Any]):
    """The answer to `DELETE /session/{id}`."""

    stopped = serializers.BooleanField()


class Health(serializers.Serializer[Any]):
    """The answer to `GET /health`."""

    status = serializers.ChoiceField(["ok"])


class Service(serializers.Serializer[Any]):
    """One speech service; staff also learn its status."""

    offline = serializers.BooleanField()
    status = serializers.ChoiceField(["ok", "unreachable", "refused"], required=False)


class Dependency(serializers.Serializer[Any]):
    """Something without which there is no session, and the kind of error with which it failed."""

    status = serializers.ChoiceField(["ok", "unreachable"])
    error = serializers.CharField(required=False)


class Ready(serializers.Serializer[Any]):
    """The answer to `GET /ready`; staff also learn which dependency does not answer."""

    status = serializers.ChoiceField(["ok", "unavailable"])
    speech = serializers.DictField(child=Service())
    checks = serializers.DictField(child=Dependency(), required=False)


def opaque(position: Position | None) -> str | None:
    """The `next` of a history answer, which Before reads."""
    if position is None:
        return None
    created_at = position.created_at
    micros = int(created_at.replace(microsecond=0).timestamp()) * 1_000_000 + created_at.microsecond
    return base64.urlsafe_b64encode(f"{micros} {position.session_id}".encode()).decode()
