"""Which language a request is answered in: the one that was chosen, or else the browser's."""

from __future__ import annotations

import re

from flask import Flask, current_app, has_request_context, request
from werkzeug.wrappers import Response

from flask_frontend.languages.catalogue import LOCALES, SOURCE

COOKIE = "language"
KEPT = "voice_agent.language"
"""Where a request keeps its language: a long page asks for it thousands of times."""
COOKIE_SECONDS = 400 * 24 * 3600
NAMES = {code: str(locale.get_language_name()).capitalize() for code, locale in LOCALES.items()}
"""What each language calls itself."""
_OWN_PLACE = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


def language() -> str:
    """The code of this request's language; the source's where there is no request."""
    if not has_request_context():
        return SOURCE
    if KEPT not in request.environ:
        chosen = request.cookies.get(COOKIE, "")
        best = request.accept_languages.best_match(LOCALES, SOURCE)
        request.environ[KEPT] = chosen if chosen in LOCALES else best
    return str(request.environ[KEPT])


def choose_here(code: str) -> None:
    """Answers this request in a language that its address names, else in the browser's.

    What was chosen for the site does not count: the request is from another site's page.
    """
    best = request.accept_languages.best_match(LOCALES, SOURCE)
    request.environ[KEPT] = code if code in LOCALES else best


def direction() -> str:
    """ "ltr" or "rtl": where a line of this request's language begins."""
    return str(LOCALES[language()].text_direction)


def locale_tag() -> str:
    """The locale for `Intl` in the page, such as "en-GB"."""
    return str(LOCALES[language()]).replace("_", "-")


def remember(response: Response, chosen: str, *, secure: bool) -> None:
    """Has the browser keep a language that somebody chose; of no other is a cookie made."""
    if chosen in LOCALES:
        response.set_cookie(
            COOKIE, chosen, COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax"
        )


def way_back(place: str) -> str:
    """The place on this site where somebody was; the front page for whatever is none."""
    return place if _OWN_PLACE.fullmatch(place) else "/"


def here() -> str:
    """The place of this request, to come back to; of a form's answer the page that it is under."""
    if request.method == "GET":
        return request.full_path.removesuffix("?")
    place, places = request.path, current_app.create_url_adapter(request)
    while place and not (places and places.test(place, "GET")):
        place = place.rpartition("/")[0]
    return place or "/"


def tell_caches(app: Flask) -> None:
    """Answers say that they differ by language, so that nobody is shown another's."""

    @app.after_request
    def vary(response: Response) -> Response:
        if request.endpoint != "static":
            response.vary.update(("Accept-Language", "Cookie"))
        if response.mimetype == "text/html":
            response.content_language.add(language())
        return response
