"""Who the operators are, links that invite, and what was changed."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.known import ROLES, backend, operator
from flask_frontend.console.wording import told
from flask_frontend.languages.saying import has, say

DONE = ("changed", "removed")

operators = Blueprint("operators", __name__)


@operators.get("/operators")
def index() -> str:
    """All operators, for owners to invite more, give roles and remove some."""
    done = request.args.get("done", "")
    return _page(done=done if done in DONE else "")


@operators.post("/operators")
def invite() -> str:
    """A link that makes one operator, shown this once."""
    link = backend().invite(operator().pass_, request.form.get("role", ""))
    address = url_for("entering.join", _external=True, _anchor=link["link"])
    return _page(invited={**link, "address": address})


@operators.post("/operators/<operator_id>")
def change(operator_id: str) -> ResponseReturnValue:
    """Gives an operator another role, or says why not."""
    try:
        backend().change_role(operator().pass_, operator_id, request.form.get("role", ""))
    except Refused as refused:
        return _not_done(refused)
    return _after("changed")


@operators.post("/operators/<operator_id>/remove")
def remove(operator_id: str) -> ResponseReturnValue:
    """Takes everything from an operator, or says why not."""
    try:
        backend().remove(operator().pass_, operator_id)
    except Refused as refused:
        return _not_done(refused)
    return _after("removed")


@operators.get("/audit")
def audit() -> str:
    """Who changed what, newest first."""
    before = request.args.get("before", "")
    found = backend().audit(operator().pass_, before)
    return render_template(
        "console/audit.html",
        entries=[{**each, "told": told(each)} for each in found["entries"]],
        following=found.get("next"),
        before=before,
    )


def _page(*, done: str = "", invited: Json | None = None, trouble: str = "") -> str:
    return render_template(
        "console/operators.html",
        operators=backend().operators(operator().pass_),
        roles=ROLES,
        done=done,
        invited=invited,
        trouble=trouble,
    )


def _after(done: str) -> Response:
    """The list again; whoever is no owner any more cannot see it and goes to the agents."""
    me = backend().me(operator().pass_)
    place = "operators.index" if me and me.get("role") == "owner" else "agents.index"
    return redirect(url_for(place, done=done), 303)


def _not_done(refused: Refused) -> ResponseReturnValue:
    """The list with the reason, where the page has words for it."""
    key = f"console.troubles.{refused.code}"
    if refused.status != 409:
        raise refused
    return _page(trouble=say(key) if has(key) else refused.detail), refused.status
