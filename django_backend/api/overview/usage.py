"""How much there was: sessions, minutes, tokens and characters, by day or agent."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from agents.agent import DEFAULT
from common.faults import fault
from operators.authentication import only
from operators.models import Role
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from voice_sessions.overview.usage import used

from api.answers import ALWAYS, described
from api.fields import parsed
from api.operators.guarded import ForMakers

from .days import Days, begin_of, end_of, today

MOST_DAYS = 366
USUAL_DAYS = 30


class UsageQuery(Days):
    """`GET /usage?by=&from=&to=&timezone=`: the last 30 days unless others are named."""

    def get_fields(self) -> dict[str, Any]:
        by = serializers.ChoiceField(["day", "agent"], default="day")
        return {"by": by, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fills in the days that are not named; refuses more than a year."""
        attrs = super().validate(attrs)
        last: date = attrs["to"] or max(today(attrs["timezone"]), attrs["from"] or date.min)
        first: date = attrs["from"] or _earlier(last, USUAL_DAYS - 1)
        if (last - first).days >= MOST_DAYS:
            wrong = fault("too_many_days", "Ask for at most {limit} days.", limit=MOST_DAYS)
            raise serializers.ValidationError({"from": [wrong]})
        return {**attrs, "from": first, "to": last}


class UsageRow(serializers.Serializer[Any]):
    """One day, or one agent by its slug; in the total both are null."""

    day = serializers.DateField(allow_null=True)
    agent = serializers.CharField(allow_null=True)
    sessions = serializers.IntegerField()
    tried = serializers.IntegerField()
    minutes = serializers.FloatField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    characters = serializers.IntegerField()


class UsageAnswer(serializers.Serializer[Any]):
    """The answer to `GET /usage`; days are those of `timezone`."""

    def get_fields(self) -> dict[str, Any]:
        return {
            "by": serializers.ChoiceField(["day", "agent"]),
            "from": serializers.DateField(),
            "to": serializers.DateField(),
            "timezone": serializers.CharField(),
            "rows": UsageRow(many=True),
            "total": UsageRow(),
        }


class UsageView(ForMakers):
    """How much there was."""

    @described(
        {200: UsageAnswer},
        fails=(*ALWAYS, 403, 404, 503),
        parameters=[UsageQuery],
        operation_id="usage",
    )
    @only(Role.VIEWER)
    def get(self, request: Request) -> Response:
        """Sessions, their minutes, and what they used of services, by day or by agent.

        `tried` of the sessions were operators' own. Minutes are of sessions that have ended; what
        its visitor deleted is not counted.
        """
        wanted = parsed(UsageQuery, request.query_params)
        zone = wanted["timezone"]
        since, until = begin_of(wanted["from"], zone), end_of(wanted["to"], zone)
        rows, total = used(wanted["by"], since, until, DEFAULT)
        told = {**wanted, "rows": [asdict(row) for row in rows], "total": asdict(total)}
        return Response(UsageAnswer(told).data)


def _earlier(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date.min).days))
