"""The conversation beside the editor: with what stands in the form, saved or not."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from flask_frontend.agents import agent_from
from flask_frontend.backend_client import BackendTrouble
from flask_frontend.console.agents import UNREADABLE, for_editors
from flask_frontend.console.calls import Refused
from flask_frontend.console.fields import NAMES, sent
from flask_frontend.console.known import backend, operator
from flask_frontend.pages import talk_page
from flask_frontend.services import services
from flask_frontend.visitors import current_visitor, mint_token

trying = Blueprint("trying", __name__)


@trying.get("/agents/<slug>/try")
def before(slug: str) -> str:
    """What the frame shows before anything was tried."""
    for_editors()
    return render_template("console/trying/told.html", told="console-agents.try.before")


@trying.post("/agents/<slug>/try")
def talk(slug: str) -> ResponseReturnValue:
    """The page where one talks with these fields, or which of them are wrong."""
    try:
        draft = backend().draft(operator().pass_, slug, sent(request.form), _token())
    except Refused as refused:
        if refused.status not in UNREADABLE:
            raise
        page = render_template("console/trying/told.html", refused=refused, known=NAMES)
        return page, refused.status
    return talk_page(agent_from(draft), str(draft["draft"]))


@trying.errorhandler(BackendTrouble)
def away(trouble: BackendTrouble) -> ResponseReturnValue:
    """What the frame says while the backend is away; what was typed stays in the editor."""
    told = render_template("console/trying/told.html", told="console-agents.try.away")
    return told, trouble.status


def _token() -> str:
    """A token of the visitor that this operator's browser is."""
    found = services()
    return mint_token(current_visitor(found.arrivals), found.settings.visitor_secret).token
