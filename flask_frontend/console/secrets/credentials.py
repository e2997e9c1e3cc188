"""Keys of services: entered, entered anew, tried and deleted; none is ever on a page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.known import operator
from flask_frontend.console.secrets import calls
from flask_frontend.console.secrets.wording import failure, trouble
from flask_frontend.console.stages.fields import providers

DONE = ("entered", "anew", "deleted")
FIELDS = ("name", "provider", "base_url", "key")
NAME_TAKEN = "name_taken"
READABLE = (400, 409)
"""Refusals that the page shows beside what was typed."""

credentials = Blueprint("credentials", __name__)


@credentials.get("/credentials")
def index() -> str:
    """All credentials."""
    done = request.args.get("done", "")
    return _page(done=done if done in DONE else "")


@credentials.post("/credentials")
def enter() -> ResponseReturnValue:
    """Stores a key, or says what is wrong; the page that says so has everything but the key."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        calls.enter_credential({name: text for name, text in typed.items() if text})
    except Refused as refused:
        return _refused(refused, typed=typed)
    return redirect(url_for("credentials.index", done="entered"), 303)


@credentials.post("/credentials/<credential_id>/anew")
def enter_anew(credential_id: str) -> ResponseReturnValue:
    """Stores another key in place of the one that is there."""
    try:
        calls.enter_anew(credential_id, request.form.get("key", "").strip())
    except Refused as refused:
        return _refused(refused, about=credential_id)
    return redirect(url_for("credentials.index", done="anew"), 303)


@credentials.post("/credentials/<credential_id>/test")
def test(credential_id: str) -> str:
    """Makes one request with the key and says how it went."""
    found = calls.test_credential(credential_id)
    told = "" if found["ok"] else failure(str(found["reason"]), str(found["problem"]))
    return _page(tested={**found, "id": credential_id, "told": told})


@credentials.post("/credentials/<credential_id>/delete")
def delete(credential_id: str) -> ResponseReturnValue:
    """Forgets a key, or says which agents use it."""
    try:
        calls.delete_credential(credential_id)
    except Refused as refused:
        return _refused(refused)
    return redirect(url_for("credentials.index", done="deleted"), 303)


def _refused(refused: Refused, *, about: str = "", typed: Json | None = None) -> tuple[str, int]:
    if refused.status not in READABLE:
        raise refused
    told = trouble(refused) if refused.status == 409 and refused.code != NAME_TAKEN else ""
    page = _page(told=told, typed=typed, about=about, errors=refused.errors)
    return page, refused.status


def _page(
    *,
    done: str = "",
    told: str = "",
    typed: Json | None = None,
    about: str = "",
    errors: object = None,
    tested: Json | None = None,
) -> str:
    """The list; `about` is the credential that the errors are about, "" for the form of a new."""
    if not operator().is_owner:
        raise Refused(403, "not_allowed")
    return render_template(
        "console/secrets/credentials.html",
        credentials=calls.credentials(),
        providers=providers()["providers"],
        done=done,
        trouble=told,
        typed=typed or {},
        about=about,
        errors=errors or {},
        tested=tested,
    )
