"""The site's addresses: each view asks one thing and shows it."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as BaseResponse

from flask_frontend import downloads
from flask_frontend.backend_client import Caller
from flask_frontend.licences import NOTICES, WORKS
from flask_frontend.local_voice import asks_again, live, shown
from flask_frontend.local_words import place_of
from flask_frontend.logs import log, request_id
from flask_frontend.notice import notice_of
from flask_frontend.security import is_same_origin
from flask_frontend.services import services
from flask_frontend.trouble import problem
from flask_frontend.visitors import current_visitor, mint_token

MAX_SEARCH_LENGTH = 200
ERASED = {"one": "The session was deleted.", "all": "Your ended sessions were deleted."}
"""What History says first, by the word that its address has after something was deleted."""

pages = Blueprint("pages", __name__)


class SessionIdConverter(BaseConverter):
    """A session id in an address; it has no dot, so that `.txt` and `.json` stay endings."""

    regex = "[A-Za-z0-9_-]{1,32}"


@pages.get("/")
def index() -> BaseResponse:
    """To the page where one talks."""
    return redirect(url_for("pages.chat"))


@pages.get("/health")
def health() -> Response:
    """That the site answers; probes ask under whatever host name."""
    return jsonify(status="ok")


@pages.get("/chat")
def chat() -> str:
    """The page where one talks; it needs no backend to be shown."""
    settings = services().settings
    told = services().local_voice.told()
    pass_ = mint_token(_visitor(), settings.visitor_secret)
    return render_template(
        "chat.html",
        notice=notice_of(told, place_of(request.host)),
        asks_again=asks_again(told),
        backend_url=settings.backend_public_url,
        visitor_token=pass_.token,
        visitor_token_expires_in=pass_.expires_in,
        allow_visitor_prompt=settings.allow_visitor_prompt,
        continues=_earlier(request.args.get("continues", "")),
    )


@pages.get("/local-voice")
def local_voice() -> str:
    """What is behind the local voice: which engines run, why no better ones, whose they are."""
    told = services().local_voice.told()
    page = shown(told, request.host, request.remote_addr or "") if told else None
    return render_template(
        "local-voice.html", page=page, asks_again=asks_again(told), works=WORKS, notices=NOTICES
    )


@pages.get("/local-voice.json")
def local_voice_live() -> Response:
    """What changes of it, for pages that are open."""
    return jsonify(live(services().local_voice.told(), request.host))


@pages.get("/history")
def history() -> str:
    """The visitor's sessions, newest first, twenty a page."""
    q = request.args.get("q", "").strip()[:MAX_SEARCH_LENGTH]
    before = request.args.get("before", "")
    found = services().backend.sessions(_caller(), q=q, before=before)
    return render_template(
        "history.html",
        sessions=found["sessions"],
        older=found.get("next"),
        q=q,
        before=before,
        erased=ERASED.get(request.args.get("erased", "")),
    )


@pages.post("/history/erase")
def erase_all() -> BaseResponse:
    """Deletes all of the visitor's sessions that have ended, and says so."""
    if refusal := _foreign("erase all"):
        return refusal
    services().backend.erase_all(_caller())
    return redirect(url_for("pages.history", erased="all"), 303)


@pages.get("/history/<session_id:session_id>")
def session_page(session_id: str) -> str:
    """What was said in one session."""
    return render_template("session.html", session=_transcript(session_id))


@pages.post("/history/<session_id:session_id>/erase")
def erase(session_id: str) -> BaseResponse:
    """Deletes one session that has ended, and says so."""
    if refusal := _foreign("erase"):
        return refusal
    services().backend.erase(_caller(), session_id)
    return redirect(url_for("pages.history", erased="one"), 303)


@pages.get("/history/<session_id:session_id>.txt")
def session_text(session_id: str) -> Response:
    """The same as a text file."""
    return downloads.text_download(_transcript(session_id))


@pages.get("/history/<session_id:session_id>.json")
def session_json(session_id: str) -> Response:
    """The same as a JSON file."""
    return downloads.json_download(_transcript(session_id))


@pages.post("/visitor-token")
def visitor_token() -> Response:
    """A fresh visitor token for this site's own pages."""
    if refusal := _foreign("visitor token"):
        return refusal
    fresh = mint_token(_visitor(), services().settings.visitor_secret)
    return jsonify(token=fresh.token, expires_at=fresh.expires_at, expires_in=fresh.expires_in)


def _foreign(what: str) -> Response | None:
    """The refusal of a request that another site's page has a browser send; None for our own."""
    if is_same_origin(request, https=not services().settings.debug):
        return None
    log.warning(f"{what} refused", reason="foreign origin")
    detail = "Only this site's own pages may ask for this."
    return problem(403, "foreign_origin", "Forbidden", detail)


def _earlier(session_id: str) -> str:
    """The session that the address asks to go on with; "" where it is no id."""
    return session_id if re.fullmatch(SessionIdConverter.regex, session_id) else ""


def _caller() -> Caller:
    return Caller(_visitor(), request_id())


def _visitor() -> str:
    return current_visitor(services().arrivals)


def _transcript(session_id: str) -> dict[str, Any]:
    return services().backend.transcript(_caller(), session_id)
