"""Days of a time zone, from one to another."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from agents.values import Zone
from common.faults import fault
from common.strict import Coded
from rest_framework import serializers


class Days(serializers.Serializer[Any]):
    """Days of `timezone`, both of which are among those that are wanted."""

    def get_fields(self) -> dict[str, Any]:
        told = "Whose days these are, by its name in the IANA database."
        zone = Zone(required=False, default="UTC", help_text=told)
        return {"from": _day(), "to": _day(), "timezone": zone}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses days in the wrong order."""
        if attrs["from"] and attrs["to"] and attrs["from"] > attrs["to"]:
            raise serializers.ValidationError(
                {"to": [fault("before_first_day", "This is before the first day.")]}
            )
        return attrs


def begin_of(day: date, zone: str) -> datetime:
    """Returns when a day begins in a time zone."""
    return datetime.combine(day, time.min, _zone(day, zone))


def end_of(day: date, zone: str) -> datetime:
    """Returns when the day after it begins there; of the last of the calendar when it begins."""
    return begin_of(day + timedelta(days=1) if day < date.max else day, zone)


def today(zone: str) -> date:
    """Returns which day it is there."""
    return datetime.now(ZoneInfo(zone)).date()


class Day(Coded, serializers.DateField):
    """A day by RFC 3339."""

    codes = {"invalid": "not_a_day", "datetime": "not_a_day"}


def _day() -> Day:
    told = "A day, such as 2026-01-31."
    return Day(required=False, default=None, help_text=told)


def _zone(day: date, zone: str) -> tzinfo:
    """The zone; at the calendar's ends that of UTC, because what they are there has no date."""
    return ZoneInfo(zone) if date.min.year < day.year < date.max.year else UTC
