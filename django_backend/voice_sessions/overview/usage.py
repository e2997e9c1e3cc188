"""How much there was in each of some days, or with each agent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, TruncDate

from voice_sessions.models import Session

By = Literal["day", "agent"]
MOST_ROWS = 500


@dataclass(frozen=True)
class Used:
    """One row: of a `day`, or of an `agent` by its slug; of neither it is the whole.

    `tried` of the sessions were operators' own, with what they had not saved. The minutes are those
    of sessions that have ended.
    """

    day: date | None
    agent: str | None
    sessions: int
    tried: int
    minutes: float
    input_tokens: int
    output_tokens: int
    characters: int


def used(by: By, since: datetime, until: datetime, usual: str) -> tuple[list[Used], Used]:
    """Returns a row for each day of the time zone of `since`, or for each agent, and the whole.

    Sessions without a stored agent are those of `usual`. Of very many agents those with the most
    sessions are told. What its visitor deleted, and starts that failed, are not counted.
    """
    counted = Session.objects.filter(created_at__gte=since, created_at__lt=until)
    counted = counted.filter(hidden=False, erased=False)
    whole = _row(counted.aggregate(**_sums()))
    if by == "agent":
        named = Coalesce("revision__agent__slug", "draft__slug", Value(usual))
        rows: Any = counted.annotate(key=named).values("key").annotate(**_sums())
        ordered = rows.order_by("-sessions", "key")[:MOST_ROWS]
        return [_row(row, agent=row["key"]) for row in ordered], whole
    return _days(counted, since, until), whole


def _days(counted: QuerySet[Session], since: datetime, until: datetime) -> list[Used]:
    """Returns every day, also those without a session, the newest first."""
    keyed: Any = counted.annotate(key=TruncDate("created_at", tzinfo=since.tzinfo)).values("key")
    found = {row["key"]: row for row in keyed.annotate(**_sums()).order_by()}
    after, days = until.date(), (until.date() - since.date()).days
    listed = [after - timedelta(days=n + 1) for n in range(days)]
    return [_row(found.get(day, {}), day=day) for day in listed]


def _sums() -> dict[str, Any]:
    return {
        "sessions": Count("id"),
        "tried": Count("id", filter=Q(draft__isnull=False)),
        "lasted": Sum(F("ended_at") - F("started_at")),
        "tokens_in": Sum("input_tokens"),
        "tokens_out": Sum("output_tokens"),
        "spoken": Sum("characters"),
    }


def _row(sums: dict[str, Any], *, day: date | None = None, agent: str | None = None) -> Used:
    lasted: timedelta = sums.get("lasted") or timedelta()
    return Used(
        day=day,
        agent=agent,
        sessions=sums.get("sessions") or 0,
        tried=sums.get("tried") or 0,
        minutes=round(lasted.total_seconds() / 60, 1),
        input_tokens=sums.get("tokens_in") or 0,
        output_tokens=sums.get("tokens_out") or 0,
        characters=sums.get("spoken") or 0,
    )
