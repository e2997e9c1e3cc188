"""All addresses of the console and all calls of operators, with real things in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fuzz.calls import CALLS

from flask_frontend.app import create_app
from flask_frontend.services import EXTENSION
from flask_frontend.settings import Settings

ENTRANCES = {"/console/sign-in", "/console/join"}
"""The pages for whoever has not signed in."""
OWN = {"/console/sign-out", "/console/account"}
"""What each operator may do for themselves."""
FOR_ALL = {
    *("/console", "/console/account", "/console/sessions", "/console/usage"),
    *("/console/sign-in", "/console/join", "/console/agents/<slug>"),
    *("/console/agents/<slug>/export", "/console/agents/<slug>/revisions"),
    *("/console/agents/<slug>/revisions/<int:number>", "/console/agents/<slug>/tools"),
    *("/console/agents/<slug>/tools/<name>", "/console/sessions/<session_id:session_id>"),
    "/console/sessions/<session_id:session_id>.ogg",
}
"""The pages that every operator may read."""
_OPEN = {
    *("/health", "/ready", "/ready/services", "/local-voice", "/token", "/session", "/sessions"),
    *("/operators/sign-in", "/operators/join"),
}
GET_AGENTS = ("get", "/agents")
"""Which tells everybody of the public ones."""
_VISITORS = ("/session/", "/transcripts/")
_PLACE = re.compile(r"[<{](?:\w+:)?(\w+)[>}]")


def pages() -> Iterator[tuple[str, str]]:
    """Yields the method and the rule of each address below /console."""
    secret = "s" * 40
    app = create_app(Settings(debug=True, secret_key=secret, visitor_secret=secret))
    app.extensions[EXTENSION].backend.close()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/console"):
            yield from ((method, rule.rule) for method in sorted(rule.methods & {"GET", "POST"}))


def calls() -> Iterator[tuple[str, str]]:
    """Yields the method and path of each call of REST that is an operator's alone."""
    for method, path in sorted(CALLS):
        is_public = path in _OPEN or path.startswith(_VISITORS) or (method, path) == GET_AGENTS
        if not is_public:
            yield method.upper(), path


def filled(place: str, things: Mapping[str, str]) -> str:
    """Returns the address with these things in the places of its parameters."""
    return _PLACE.sub(lambda found: things[found[1]], place)
