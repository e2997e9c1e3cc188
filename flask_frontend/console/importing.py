"""An agent from a file: a new one, or another revision of one that is there."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from flask_frontend.backend_client import BackendTrouble
from flask_frontend.console.agents import UNREADABLE, for_editors
from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.fields import NAMES
from flask_frontend.console.keeping import keep
from flask_frontend.console.known import backend, operator

TOLD = ("slug", "revision", "saved_at", "saved_by", "restored")
"""What an answer tells of an agent beside its fields."""
SENT_ELSEWHERE = 412

importing = Blueprint("importing", __name__)
importing.register_error_handler(BackendTrouble, keep)


@importing.get("/agents/import")
def ask_for_file() -> str:
    """The form that takes an agent as YAML."""
    for_editors()
    return render_template("console/importing/file.html", text="")


@importing.post("/agents/import")
def take_in() -> ResponseReturnValue:
    """Makes an agent of a file, or of what was pasted; asks before it changes one."""
    text, over = _text(), request.form.get("over", "")
    try:
        return _saved_over(over, text) if over else _made(text)
    except Refused as refused:
        if refused.status not in UNREADABLE:
            raise
        return _form(text, refused)


def _made(text: str) -> ResponseReturnValue:
    try:
        return _to_editor(backend().take_in(operator().pass_, text))
    except Refused as refused:
        if refused.code != "slug_taken":
            raise
        found = _agent(refused.slug)
        if found is None:
            raise
        return _comparison(found, text)


def _saved_over(slug: str, text: str) -> ResponseReturnValue:
    base = request.form.get("revision", 0, type=int)
    try:
        return _to_editor(backend().replace(operator().pass_, slug, text, base))
    except Refused as refused:
        if refused.status != SENT_ELSEWHERE:
            raise
        now = backend().agent(operator().pass_, slug)
        return _comparison(now, text, list(refused.errors)), SENT_ELSEWHERE


def _comparison(now: Json, text: str, meanwhile: list[str] | None = None) -> str:
    """What the file would change of an agent; `meanwhile` are fields that others have changed."""
    slug, base = str(now["slug"]), int(now["revision"])
    then = backend().replace(operator().pass_, slug, text, base, check=True)
    return render_template(
        "console/importing/over.html",
        agent=now,
        text=text,
        changes=_changes(now, then),
        meanwhile=meanwhile,
        known=NAMES,
    )


def _changes(now: Json, then: Json) -> list[tuple[str, str | None, str | None]]:
    """Each field that differs, with what it says now and then; None is the default."""
    ordered = sorted({*now, *then}.difference(TOLD), key=_place)
    return [
        (name, _readable(now.get(name)), _readable(then.get(name)))
        for name in ordered
        if now.get(name) != then.get(name)
    ]


def _place(name: str) -> tuple[int, str]:
    return (NAMES.index(name) if name in NAMES else len(NAMES), name)


def _readable(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2)


def _agent(slug: str) -> Json | None:
    """The agent of a slug; None of one that was retired."""
    try:
        return backend().agent(operator().pass_, slug)
    except Refused as refused:
        if refused.status != 404:
            raise
        return None


def _text() -> str:
    upload = request.files.get("file")
    text = upload.read().decode(errors="replace") if upload else ""
    return text or request.form.get("text", "").replace("\r\n", "\n")


def _form(text: str, refused: Refused) -> ResponseReturnValue:
    return render_template(
        "console/importing/file.html", text=text, refused=refused
    ), refused.status


def _to_editor(saved: Json) -> ResponseReturnValue:
    place = url_for("agents.agent", slug=saved["slug"], saved=saved["revision"])
    return redirect(place, 303)
