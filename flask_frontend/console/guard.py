"""Who gets in: below /console, only sign-in and join are there for those without a pass."""

from __future__ import annotations

from flask import Flask, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from flask_frontend.console import keeping, passes
from flask_frontend.console.entering import PLACE, sign_in_page
from flask_frontend.console.known import Operator, backend
from flask_frontend.logs import log
from flask_frontend.security import is_same_origin, let_own_pages_frame
from flask_frontend.services import services
from flask_frontend.trouble import problem

OPEN = (f"{PLACE}/sign-in", f"{PLACE}/join")
FRAMED = "trying"
"""The pages that stand in a frame beside the editor, with whatever they have to say."""
READS = ("GET", "HEAD")


def guard(app: Flask) -> None:
    """Everything below /console is an unknown address, whatever stands there, without a pass."""

    @app.before_request
    def check() -> Response | None:
        if request.path != PLACE and not request.path.startswith(f"{PLACE}/"):
            return None
        is_open = request.path in OPEN
        if not is_open and not passes.brought():
            abort(404)
        if request.blueprint == FRAMED:
            let_own_pages_frame()
        if refusal := _foreign():
            return refusal
        return None if is_open else _let_in()


def _foreign() -> Response | None:
    """The refusal of a form that another site's page has a browser send; None for our own."""
    https = not services().settings.debug
    if request.method in READS or is_same_origin(request, https=https):
        return None
    log.warning("console refused", reason="foreign origin")
    detail = "Only this site's own pages may ask for this."
    return problem(403, "foreign_origin", "Forbidden", detail)


def _let_in() -> Response | None:
    """Makes the operator known to the view, or leads to the sign-in where their pass has ended."""
    pass_ = passes.brought()
    found = backend().me(pass_)
    if found is None:
        return passes.take_away(_out_of_frame() or _sign_in_again())
    g.operator = Operator(pass_, str(found.get("username", "")), str(found.get("role", "")))
    return None


def _out_of_frame() -> Response | None:
    """What a frame says where the pass has ended: the sign-in is for the whole window."""
    if request.blueprint != FRAMED:
        return None
    page = render_template("console/trying/told.html", told="console-agents.try.ended")
    return Response(page, 401, mimetype="text/html")


def _sign_in_again() -> Response:
    """The sign-in, which leads back; what was typed into a form that is kept comes along."""
    if fields := keeping.typed():
        page = sign_in_page(ended=True, back=request.path, kept=keeping.dumped(fields))
        return Response(page, 401, mimetype="text/html")
    back = request.path if request.method in READS else PLACE
    return redirect(url_for("entering.sign_in", ended=1, back=back), 303)
