"""The sessions of all visitors: chosen by agent, days, end and words, and one of them opened."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from flask_frontend import downloads
from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.faults.telling import Errors
from flask_frontend.console.known import backend, operator
from flask_frontend.console.overview.zone import zone
from flask_frontend.languages.saying import about_others

MOST_SEARCH = 200
REASONS = (
    *("stopped", "left", "idle", "too_long"),
    *("budget", "agent_failed", "room_closed", "shutdown"),
)
CHOICES = ("agent", "from", "to", "reason")

sessions = Blueprint("sessions", __name__)


@sessions.before_request
def of_others() -> None:
    """What was said here, others said."""
    about_others()


@sessions.get("/sessions")
def index() -> str:
    """The sessions that are chosen, newest first; what is wrong with a choice is said beside it."""
    wanted = {name: request.args.get(name, "").strip() for name in CHOICES}
    wanted["q"] = request.args.get("q", "").strip()[:MOST_SEARCH]
    before, errors = request.args.get("before", ""), Errors()
    found: Json = {"sessions": [], "next": None}
    try:
        found = backend().sessions(operator().pass_, before=before, timezone=zone(), **wanted)
    except Refused as refused:
        if refused.status != 400:
            raise
        errors = refused.errors
    return render_template(
        "console/sessions/list.html",
        sessions=found["sessions"],
        following=found.get("next"),
        before=before,
        wanted={name: value for name, value in wanted.items() if value},
        agents=_slugs(wanted["agent"]),
        reasons=REASONS,
        errors=errors,
        zone=zone(),
    )


@sessions.get("/sessions/<session_id:session_id>")
def session(session_id: str) -> str:
    """One session, with all that its visitor sees of it."""
    found = backend().session(operator().pass_, session_id)
    return render_template("console/sessions/session.html", session=found)


@sessions.get("/sessions/<session_id:session_id>.ogg")
def sound(session_id: str) -> Response:
    """What it sounded like."""
    asked = downloads.part_of_sound(request.headers.get("Range", ""))
    found = backend().sound(operator().pass_, session_id, asked)
    return downloads.sound(found, session_id, is_kept=False)


def _slugs(chosen: str) -> list[str]:
    """The slugs that can be chosen, and the one that is, which may be retired."""
    listed = backend().agents(operator().pass_, "")["agents"]
    return sorted({"default", *(str(agent["slug"]) for agent in listed), chosen} - {""})
