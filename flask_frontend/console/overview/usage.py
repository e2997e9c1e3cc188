"""How much there was: by day and by agent."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.faults.telling import Errors
from flask_frontend.console.known import backend, operator
from flask_frontend.console.overview.zone import zone

WAYS = ("day", "agent")

usage = Blueprint("usage", __name__)


@usage.get("/usage")
def index() -> str:
    """A row for each day or each agent, and the total; the last 30 days unless others are named."""
    by = request.args.get("by", "")
    days = {name: request.args.get(name, "").strip() for name in ("from", "to")}
    wanted = {"by": by if by in WAYS else "day", "timezone": zone()}
    wanted |= {name: day for name, day in days.items() if day}
    found: Json = {"rows": [], "total": {}, **wanted}
    errors = Errors()
    try:
        found = backend().usage(operator().pass_, wanted)
    except Refused as refused:
        if refused.status != 400:
            raise
        errors = refused.errors
    return render_template(
        "console/sessions/usage.html",
        found=found,
        ways=WAYS,
        errors=errors,
        zone=zone(),
        most=max((row["sessions"] for row in found["rows"]), default=0),
    )
