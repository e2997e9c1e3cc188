"""Signing in and out, joining by a link, and one's own password."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from flask_frontend.console import keeping, passes
from flask_frontend.console.calls import Refused
from flask_frontend.console.known import backend, console, operator
from flask_frontend.languages.choice import way_back
from flask_frontend.languages.saying import has, say

PLACE = "/console"
OUT = ("here", "everywhere")
Page = str | tuple[str, int] | Response

entering = Blueprint("entering", __name__)


@dataclass(frozen=True)
class Trouble:
    """Why somebody did not get in: one sentence for all, and the backend's by field."""

    sentence: str
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    status: int = 400


@entering.get("/sign-in")
def sign_in() -> str:
    """The form, after a pass has ended with a sentence that says so."""
    out = request.args.get("out", "")
    return sign_in_page(
        ended="ended" in request.args,
        back=request.args.get("back", ""),
        out=out if out in OUT else "",
    )


@entering.post("/sign-in")
def signed_in() -> Page:
    """Gives the browser a pass and leads back, or says why not."""
    username, back = request.form.get("username", ""), request.form.get("back", "")
    kept = request.form.get("kept", "")
    if trouble := _too_often():
        return sign_in_page(trouble, username=username, back=back, kept=kept), trouble.status
    try:
        found = backend().sign_in(passes.person_token(), username, request.form.get("password", ""))
    except Refused as refused:
        trouble = _trouble(refused)
        return sign_in_page(trouble, username=username, back=back, kept=kept), trouble.status
    return passes.give(make_response(_onward(back, kept)), found["token"])


@entering.get("/join")
def join() -> str:
    """The form that makes an operator; the link's secret stands where no server is told of it."""
    return render_template("console/join.html")


@entering.post("/join")
def joined() -> Page:
    """Makes the operator and signs them in, or says why not."""
    link = request.form.get("link", "").strip().rpartition("#")[2]
    username, password = request.form.get("username", ""), request.form.get("password", "")
    trouble = _too_often()
    if trouble is None:
        try:
            found = backend().join(passes.person_token(), link, username, password)
        except Refused as refused:
            trouble = _trouble(refused)
        else:
            return passes.give(redirect(PLACE, 303), found["token"])
    page = render_template("console/join.html", trouble=trouble, link=link, username=username)
    return page, trouble.status


@entering.post("/sign-out")
def sign_out() -> Response:
    """Ends the pass of this browser, or of all."""
    everywhere = "everywhere" in request.form
    backend().sign_out(operator().pass_, everywhere=everywhere)
    out = "everywhere" if everywhere else "here"
    return passes.take_away(redirect(url_for("entering.sign_in", out=out), 303))


@entering.get("/account")
def account() -> str:
    """One's own password, and signing out everywhere."""
    return render_template("console/account.html", is_changed="changed" in request.args)


@entering.post("/account")
def change_password() -> Page:
    """Changes the password; all other browsers have to sign in anew."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        found = backend().change_password(operator().pass_, old, new)
    except Refused as refused:
        trouble = _trouble(refused, "console.troubles.wrong_old_password")
        return render_template("console/account.html", trouble=trouble), trouble.status
    return passes.give(redirect(url_for("entering.account", changed=1), 303), found["token"])


def sign_in_page(
    trouble: Trouble | None = None,
    *,
    username: str = "",
    back: str = "",
    kept: str = "",
    ended: bool = False,
    out: str = "",
) -> str:
    """Returns the sign-in; `kept` is a form that is sent on afterwards, as `keeping` has it."""
    return render_template(
        "console/sign-in.html",
        trouble=trouble,
        username=username,
        back=_own(back),
        kept=kept,
        ended=ended,
        out=out,
    )


def _onward(back: str, kept: str) -> Page:
    """Where somebody was before their pass ended, with what they had typed there."""
    place = _own(back) or PLACE
    fields = keeping.loaded(kept)
    return keeping.go_on_page(place, fields) if fields else redirect(place, 303)


def _own(place: str) -> str:
    """The place when it is one of the console, else ""."""
    found = way_back(place)
    return found if found.startswith(f"{PLACE}/") else ""


def _too_often() -> Trouble | None:
    wait = console().tries.wait(request)
    sentence = _waiting("console.troubles.too_many_requests", wait)
    return Trouble(sentence, status=429) if wait else None


def _trouble(refused: Refused, wrong: str = "console.troubles.wrong_password") -> Trouble:
    """Why, in the words of the page, where it has any for that."""
    if refused.code == "wrong_password":
        return Trouble(say(wrong), refused.errors, refused.status)
    key = f"console.troubles.{refused.code}"
    sentence = _waiting(key, refused.wait) if has(key) else refused.detail
    return Trouble(sentence, refused.errors, refused.status)


def _waiting(key: str, seconds: int) -> str:
    """The words of a key, which may tell how many minutes to wait."""
    return say(key, count=max(1, math.ceil(seconds / 60)))
