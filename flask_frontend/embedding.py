"""Pages of other sites that show an agent: the button's script, and the page in its frame.

The page in the frame neither reads nor makes a cookie, which browsers keep from it anyway: its
visitor is made when it is opened, and known by a token that only this page holds and renews.
"""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, g, jsonify, render_template, request, url_for

from flask_frontend.agents import AgentNotHere
from flask_frontend.languages.catalogue import LOCALES, words_in
from flask_frontend.languages.choice import choose_here
from flask_frontend.logs import log
from flask_frontend.security import is_same_origin, let_sites_frame
from flask_frontend.services import services
from flask_frontend.trouble import problem
from flask_frontend.visitors import VisitorToken, mint_token, new_visitor, renewed

WIDGET = Path(__file__).resolve().parent / "static/js/widget.js"
PLACE_OF_WORDS = "const WORDS = {};"
KEEP_SECONDS = 300

embedding = Blueprint("embedding", __name__)


@embedding.get("/widget.js")
def widget() -> Response:
    """The script that pages of other sites name; it has its words in every language."""
    g.keep_seconds = KEEP_SECONDS
    answer = Response(_widget(), content_type="text/javascript; charset=utf-8")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@embedding.app_template_global()
def widget_snippet(slug: str) -> str:
    """The line that puts an agent's button on a page."""
    address = url_for("embedding.widget", _external=True)
    return f'<script async src="{address}" data-agent="{slug}"></script>'


@embedding.get("/embed/<slug:slug>")
def page(slug: str) -> str:
    """The page in the frame, which only the sites that the agent names may show."""
    agent = services().agents.offered(slug)
    site = request.args.get("site", "")
    if not agent.embed_sites or (site and site not in agent.embed_sites):
        raise AgentNotHere(slug)
    let_sites_frame(agent.embed_sites)
    choose_here(request.args.get("language", ""))
    settings = services().settings
    visitor = new_visitor(services().arrivals)
    pass_ = mint_token(visitor, settings.visitor_secret, embedded=int(time.time()))
    return render_template(
        "embed.html",
        notice=None,
        asks_again=0,
        backend_url=settings.backend_public_url,
        visitor_token=pass_.token,
        visitor_token_expires_in=pass_.expires_in,
        agent=agent,
        draft="",
        others=[],
        continues="",
        site=site,
    )


@embedding.post("/embed-token")
def token() -> Response:
    """A fresh token for a page in a frame, which says by its last one whose it is."""
    scheme, _, last = request.headers.get("Authorization", "").partition(" ")
    fresh: VisitorToken | None = None
    if scheme.lower() == "bearer" and is_same_origin(request, https=not services().settings.debug):
        fresh = renewed(last.strip(), services().settings.visitor_secret)
    if fresh is None:
        log.warning("embedded token refused")
        return problem(
            403, "foreign_origin", "Forbidden", "Only a page in a frame may ask for this."
        )
    return jsonify(token=fresh.token, expires_at=fresh.expires_at, expires_in=fresh.expires_in)


@cache
def _widget() -> str:
    words = {language: words_in(language)["widget"] for language in LOCALES}
    told = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return WIDGET.read_text(encoding="utf-8").replace(PLACE_OF_WORDS, f"const WORDS = {told};")
