"""The types of fields that several requests and answers share, strictly checked."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from common.faults import fault
from common.strict import StrictText
from common.text import UNSEEN
from media_server.names import AGENT_PREFIX
from rest_framework import serializers
from voice_sessions.events import timestamp

NAME_LENGTH = 128
NAME = re.compile(r"[A-Za-z0-9 ._-]+")
JOINERS = "\u200c\u200d"


class Name(StrictText):
    """The name of a room or a person: letters a to z, digits, space and `._-`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NAME_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name and not NAME.fullmatch(name):
            raise serializers.ValidationError(
                fault("name_signs", "Use letters, digits, spaces and the signs . _ - only.")
            )
        return name


class Identity(Name):
    """The name of a person in a room; those of agents are reserved."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name.lower().startswith(AGENT_PREFIX):
            sentence = "Names that begin with {prefix} are reserved."
            raise serializers.ValidationError(fault("reserved_name", sentence, prefix=AGENT_PREFIX))
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
            raise serializers.ValidationError(
                fault("unseen_signs", "Leave out signs that are not seen.")
            )
        return name


class Timestamp(serializers.DateTimeField):
    """RFC 3339 in UTC with milliseconds."""

    def to_representation(self, value: datetime) -> str:
        return timestamp(value)


def parsed(serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """Returns what a request holds, by field; raises ValidationError where it is not right."""
    parsed = serializer(data=data)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)
