"""Keys of programs: made, shown once, revoked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.secrets import calls
from flask_frontend.console.secrets.wording import trouble

SCOPES = ("sessions", "agents", "read")
DAYS = ("30", "90", "365", "")
"""After how many days a key ends; "" for never."""
READABLE = (400, 409)

keys = Blueprint("keys", __name__)


@keys.get("/keys")
def index() -> str:
    """All keys."""
    return _page(is_revoked="revoked" in request.args)


@keys.post("/keys")
def make() -> ResponseReturnValue:
    """Makes a key and shows its secret, on this answer alone: no address leads to it."""
    name, scopes = request.form.get("name", "").strip(), request.form.getlist("scopes")
    days = request.form.get("days", "")
    number = int(days) if days.isascii() and days.isdigit() else days or None
    try:
        made = calls.make_key(name, scopes, number)
    except Refused as refused:
        if refused.status not in READABLE:
            raise
        told = "" if refused.errors else trouble(refused)
        typed = {"name": name, "scopes": scopes, "days": days}
        return _page(told=told, typed=typed, errors=refused.errors), refused.status
    return _page(made=made), 201


@keys.post("/keys/<key_id>/revoke")
def revoke(key_id: str) -> ResponseReturnValue:
    """Ends what the program may do."""
    calls.revoke_key(key_id)
    return redirect(url_for("keys.index", revoked=1), 303)


def _page(
    *,
    is_revoked: bool = False,
    made: Json | None = None,
    told: str = "",
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> str:
    return render_template(
        "console/secrets/keys.html",
        keys=calls.keys(),
        scopes=SCOPES,
        days=DAYS,
        is_revoked=is_revoked,
        made=made,
        trouble=told,
        typed=typed or {"scopes": ["sessions"], "days": DAYS[1]},
        errors=errors or {},
    )
