"""The agents: their list, the editor, and agents as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from flask_frontend.backend_client import BackendTrouble
from flask_frontend.console.calls import YAML, Json, Refused
from flask_frontend.console.faults.telling import Errors
from flask_frontend.console.fields import (
    GROUPS,
    NAMES,
    Form,
    conflicts,
    languages,
    merged,
    rows,
    sent,
    shown,
)
from flask_frontend.console.keeping import keep
from flask_frontend.console.known import backend, operator
from flask_frontend.console.secrets.calls import credentials
from flask_frontend.console.stages.fields import STAGES, providers
from flask_frontend.console.webhooks.calls import webhooks
from flask_frontend.languages.saying import say

DONE = ("retired",)
UNREADABLE = (400, 403, 409, 413)
"""Refusals that the form shows beside what was typed."""

agents = Blueprint("agents", __name__)
agents.register_error_handler(BackendTrouble, keep)


@dataclass(frozen=True)
class Overtaken:
    """Somebody else saved meanwhile: who, as which revision, and which fields that changed.

    `both` are those that the person at the form has changed too, to something else.
    """

    by: str
    revision: int
    changed: Sequence[str]
    both: Sequence[str]


@agents.get("")
def index() -> str:
    """All agents, fifty a page."""
    after, done = request.args.get("after", ""), request.args.get("done", "")
    found = backend().agents(operator().pass_, after)
    return render_template(
        "console/agents.html",
        agents=found["agents"],
        following=found.get("next"),
        after=after,
        done=done if done in DONE else "",
    )


@agents.get("/agents/new")
def new() -> str:
    """The editor of an agent that is not there yet."""
    for_editors()
    return _editor({}, MultiDict())


@agents.post("/agents/new")
def create() -> ResponseReturnValue:
    """Makes the agent and goes to its editor, or says which fields are wrong."""
    fields = {**sent(request.form), "slug": request.form.get("slug", "").strip()}
    try:
        made = backend().create(operator().pass_, fields)
    except Refused as refused:
        return _wrong({}, refused)
    return _to_editor(made)


@agents.get("/agents/<slug>")
def agent(slug: str) -> str:
    """An agent's editor; viewers see what it is and change nothing."""
    found = backend().agent(operator().pass_, slug)
    saved = request.args.get("saved", type=int)
    return _editor(found, shown(found), is_saved=saved == found.get("revision"))


@agents.post("/agents/<slug>")
def save(slug: str) -> ResponseReturnValue:
    """Saves a revision made from the one that the form shows, or says what is in the way."""
    base = request.form.get("revision", 0, type=int)
    try:
        saved = backend().save(operator().pass_, slug, sent(request.form), base)
    except Refused as refused:
        now = backend().agent(operator().pass_, slug)
        if refused.status == 412:
            return _overtaken(now, base, refused), 412
        return _wrong({**now, "revision": base}, refused)
    return _to_editor(saved)


@agents.post("/agents/<slug>/retire")
def retire(slug: str) -> BaseResponse:
    """Retires an agent, or leads to what somebody else has made of it meanwhile."""
    base = request.form.get("revision", 0, type=int)
    try:
        backend().retire(operator().pass_, slug, base)
    except Refused as refused:
        if refused.status != 412:
            raise
        return redirect(url_for("revisions.index", slug=slug, overtaken=1), 303)
    return redirect(url_for("agents.index", done="retired"), 303)


@agents.get("/agents/<slug>/export")
def export(slug: str) -> Response:
    """The agent as a file of YAML."""
    text = backend().export(operator().pass_, slug)
    response = Response(text, content_type=f"{YAML}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}.yaml")
    return response


def _editor(
    agent: Mapping[str, Any],
    form: Form,
    *,
    refused: Refused | None = None,
    overtaken: Overtaken | None = None,
    is_saved: bool = False,
) -> str:
    """The editor, with what was typed where that is not saved yet."""
    return render_template(
        "console/agent.html",
        agent=agent,
        form=form,
        groups=GROUPS,
        rows=rows(form) if operator().may_edit else rows(form, free=0),
        stages=STAGES,
        providers=providers(),
        credentials=credentials(),
        spoken=languages(form.get("language", "")),
        webhooks=webhooks(),
        refused=refused,
        errors=refused.errors if refused else Errors(),
        labels={name: (f"field-{name}", say(f"console-fields.{name}.name")) for name in NAMES},
        overtaken=overtaken,
        is_saved=is_saved,
        is_new="slug" not in agent,
    )


def _wrong(agent: Mapping[str, Any], refused: Refused) -> ResponseReturnValue:
    if refused.status not in UNREADABLE:
        raise refused
    return _editor(agent, request.form, refused=refused), refused.status


def _overtaken(now: Json, base: int, refused: Refused) -> str:
    """The editor on the newest revision: with what was typed, and what others changed beside."""
    slug, pass_ = str(now["slug"]), operator().pass_
    before = backend().revision(pass_, slug, base) if base else {}
    told = Overtaken(
        str(now.get("saved_by", "")),
        int(now["revision"]),
        list(refused.errors),
        conflicts(request.form, before, now),
    )
    return _editor(now, shown(merged(request.form, before, now)), overtaken=told)


def _to_editor(saved: Json) -> BaseResponse:
    place = url_for("agents.agent", slug=saved["slug"], saved=saved["revision"])
    return redirect(place, 303)


def for_editors() -> None:
    """Refuses those who may only look."""
    if not operator().may_edit:
        raise Refused(403, "not_allowed")
