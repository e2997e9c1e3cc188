"""What an agent was, save by save, and having one of them again."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.fields import GROUPS, languages, rows, shown
from flask_frontend.console.known import backend, operator
from flask_frontend.console.secrets.calls import credentials
from flask_frontend.console.stages.fields import STAGES

revisions = Blueprint("revisions", __name__)


@revisions.get("/agents/<slug>/revisions")
def index(slug: str) -> str:
    """Who saved the agent when, newest first."""
    pass_, before = operator().pass_, request.args.get("before", "")
    agent = backend().agent(pass_, slug)
    nothing: Json = {"revisions": [], "next": None}
    found = backend().revisions(pass_, slug, before) if agent.get("revision") else nothing
    return render_template(
        "console/revisions.html",
        agent=agent,
        revisions=found["revisions"],
        following=found.get("next"),
        before=before,
        is_overtaken="overtaken" in request.args,
    )


@revisions.get("/agents/<slug>/revisions/<int:number>")
def revision(slug: str, number: int) -> str:
    """All fields that the agent had in one revision."""
    pass_ = operator().pass_
    found = backend().revision(pass_, slug, number)
    form = shown(found)
    return render_template(
        "console/revision.html",
        agent=found,
        current=backend().agent(pass_, slug)["revision"],
        form=form,
        groups=GROUPS,
        rows=rows(form, free=0),
        stages=STAGES,
        credentials=credentials(),
        spoken=languages(form.get("language", "")),
        errors={},
    )


@revisions.post("/agents/<slug>/revisions")
def restore(slug: str) -> Response:
    """Makes an old revision the current one, unless somebody has saved another meanwhile."""
    number = request.form.get("restore", 0, type=int)
    base = request.form.get("revision", 0, type=int)
    try:
        saved = backend().restore(operator().pass_, slug, number, base)
    except Refused as refused:
        if refused.status != 412:
            raise
        return redirect(url_for("revisions.index", slug=slug, overtaken=1), 303)
    return redirect(url_for("agents.agent", slug=slug, saved=saved["revision"]), 303)
