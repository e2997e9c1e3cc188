"""The site's addresses: each view asks one thing and shows it."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as BaseResponse

from flask_frontend import downloads, subtitles
from flask_frontend.agents import DEFAULT, Agent, AgentNotHere
from flask_frontend.backend_client import Caller
from flask_frontend.languages.choice import remember, way_back
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
ERASED = ("one", "all")
"""The words of an address of History after something was deleted, which it then says first."""

pages = Blueprint("pages", __name__)


class SessionIdConverter(BaseConverter):
    """A session id in an address; it has no dot, so that `.txt` and `.json` stay endings."""

    regex = "[A-Za-z0-9_-]{1,32}"


class SlugConverter(BaseConverter):
    """The slug of an agent in an address."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


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
    """The page where one talks with the default agent; it needs no backend to be shown.

    Where that is not open to visitors, the page where one chooses among those that are.
    """
    try:
        return talk_page(services().agents.offered(DEFAULT))
    except AgentNotHere:
        if public := services().agents.public():
            return render_template("agents.html", agents=public)
        raise


@pages.get("/chat/<slug:slug>")
def agent(slug: str) -> str:
    """The page where one talks with one agent."""
    return talk_page(services().agents.offered(slug))


@pages.get("/check")
def check() -> str:
    """The page that checks a person's set-up; it needs no backend to be shown, and tells of it."""
    settings = services().settings
    pass_ = mint_token(_visitor(), settings.visitor_secret)
    return render_template(
        "check.html",
        backend_url=settings.backend_public_url,
        visitor_token=pass_.token,
        visitor_token_expires_in=pass_.expires_in,
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
        erased=erased if (erased := request.args.get("erased")) in ERASED else None,
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


@pages.get("/history/<session_id:session_id>.ogg")
def session_sound(session_id: str) -> Response:
    """What it sounded like; with `save` as a file to keep."""
    asked = downloads.part_of_sound(request.headers.get("Range", ""))
    found = services().backend.sound(_caller(), session_id, asked)
    return downloads.sound(found, session_id, is_kept="save" in request.args)


@pages.get("/history/<session_id:session_id>.<any(srt, vtt):ending>")
def session_subtitles(session_id: str, ending: str) -> Response:
    """What was said, as subtitles of the recording."""
    return subtitles.download(_transcript(session_id), ending)


@pages.post("/language")
def choose_language() -> BaseResponse:
    """Remembers a language for this browser, and goes back to where it was chosen."""
    if refusal := _foreign("language"):
        return refusal
    response = redirect(way_back(request.form.get("back", "")), 303)
    secure = not services().settings.debug
    remember(response, request.form.get("language", ""), secure=secure)
    return response


@pages.post("/visitor-token")
def visitor_token() -> Response:
    """A fresh visitor token for this site's own pages."""
    if refusal := _foreign("visitor token"):
        return refusal
    fresh = mint_token(_visitor(), services().settings.visitor_secret)
    return jsonify(token=fresh.token, expires_at=fresh.expires_at, expires_in=fresh.expires_in)


def talk_page(agent: Agent, draft: str = "") -> str:
    """Returns the page where one talks with an agent, or with a draft of it that is tried."""
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
        agent=agent,
        draft=draft,
        others=[] if draft else services().agents.others(agent),
        continues=_earlier(request.args.get("continues", "")),
    )


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
