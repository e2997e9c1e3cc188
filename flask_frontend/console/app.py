"""Puts the console into the app of the site."""

from __future__ import annotations

from flask import Flask, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound

from flask_frontend.backend_client import BackendTrouble
from flask_frontend.console.agents import agents
from flask_frontend.console.calls import OperatorsBackend, Refused
from flask_frontend.console.entering import PLACE, entering
from flask_frontend.console.guard import FRAMED, guard
from flask_frontend.console.importing import importing
from flask_frontend.console.known import EXTENSION, Console
from flask_frontend.console.operators import operators
from flask_frontend.console.overview.sessions import sessions
from flask_frontend.console.overview.usage import usage
from flask_frontend.console.revisions import revisions
from flask_frontend.console.secrets.credentials import credentials
from flask_frontend.console.secrets.hosts import hosts
from flask_frontend.console.secrets.keys import keys
from flask_frontend.console.tools.pages import tools
from flask_frontend.console.tries import Tries
from flask_frontend.console.trying import trying
from flask_frontend.console.webhooks.pages import webhooks
from flask_frontend.console.wording import maker
from flask_frontend.services import host_name
from flask_frontend.settings import Settings
from flask_frontend.trouble import http_trouble

UNDONE = (400, 409, 412)
"""Refusals of what somebody wanted done, which the page tells with the backend's reason."""
_TROUBLES = {400: (400, "bad_link"), 429: (503, "busy")}


def add_console(app: Flask, settings: Settings) -> None:
    """The pages at /console, and who gets in."""
    backend = OperatorsBackend(settings.backend_url, host_name(settings))
    app.extensions[EXTENSION] = Console(backend, Tries(settings))
    guard(app)
    app.add_template_filter(maker)
    secrets = (credentials, hosts, keys)
    others = (sessions, usage, webhooks, operators)
    for part in (*secrets, entering, importing, agents, tools, trying, revisions, *others):
        app.register_blueprint(part, url_prefix=PLACE)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(404, _not_here)


def _not_here(error: HTTPException) -> ResponseReturnValue:
    """An operator stays in the console; to everybody else the address is like any other unknown."""
    if "operator" in g and request.blueprint != FRAMED:
        return make_response(render_template("console/not-here.html"), 404)
    return http_trouble(error)


def _refused(refused: Refused) -> ResponseReturnValue:
    """The answer to what no view has words for."""
    if refused.status == 403:
        return make_response(render_template("console/refused.html"), 403)
    if request.method == "POST" and refused.status in UNDONE:
        page = render_template("console/faults/not-done.html", refused=refused)
        return make_response(page, refused.status)
    if refused.status == 404:
        return _not_here(NotFound())
    status, code = _TROUBLES.get(refused.status, (502, "fault"))
    trouble = BackendTrouble(status, code, f"{refused.status} {refused.code}")
    return current_app.handle_user_exception(trouble)
