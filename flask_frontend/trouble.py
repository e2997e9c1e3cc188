"""Whatever goes wrong, as a page that says so in words and offers a way on."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from flask_frontend.backend_client import BackendTrouble, SessionNotHere
from flask_frontend.logs import log, request_id
from http_limits.failures import by_place

RETRY_SECONDS = 5


@dataclass(frozen=True)
class Trouble:
    """A headline, what to do, and the technical words; `again` offers to try the same address."""

    status: int
    headline: str
    advice: str
    detail: str
    again: bool = False


def catch_trouble(app: Flask) -> None:
    """No failure leaves the app as a traceback or a bare error page."""
    app.register_error_handler(BackendTrouble, _backend_trouble)
    app.register_error_handler(SessionNotHere, _session_not_here)
    app.register_error_handler(HTTPException, _http_trouble)
    app.register_error_handler(Exception, _unexpected_trouble)


def problem(status: int, code: str, title: str, detail: str) -> Response:
    """The failure as RFC 9457 problem details, for scripts."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = jsonify(body | {"code": code, "request_id": request_id()})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _answer(trouble: Trouble) -> Response:
    if request.path == "/visitor-token":
        return problem(trouble.status, "not_possible", trouble.headline, trouble.advice)
    page = render_template("trouble.html", trouble=trouble, request_id=request_id())
    response = Response(page, status=trouble.status)
    if trouble.status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _backend_trouble(error: BackendTrouble) -> Response:
    log.warning("backend trouble", status=error.status, detail=error.detail)
    again = error.status not in (400, 409)
    return _answer(Trouble(error.status, error.headline, error.advice, error.detail, again))


def _session_not_here(error: SessionNotHere) -> Response:
    advice = "It may belong to another browser, or the address may be incomplete."
    return _answer(Trouble(404, "This session is not here", advice, "404 Not Found"))


def _http_trouble(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    headline, advice = _HTTP_WORDS.get(error.code, _OTHER_WORDS)
    response = _answer(Trouble(error.code, headline, advice, f"{error.code} {error.name}"))
    kept = ("Allow", "Retry-After")
    response.headers.extend({k: v for k, v in error.get_headers() if k in kept})
    return response


def _unexpected_trouble(error: Exception) -> Response:
    log.error("unexpected failure", exception=by_place(error))
    headline, advice = "Something went wrong here", "It is not your doing. Try again in a moment."
    return _answer(Trouble(500, headline, advice, "500 Internal Server Error", again=True))


_OTHER_WORDS = ("This did not work", "The site cannot do what was asked of it.")
_HTTP_WORDS = {
    404: ("This page is not here", "The address may be incomplete or out of date."),
    405: ("This address works differently", "It cannot be opened in this way."),
    429: ("Many people at once", "Too many new visitors came from your network. Wait a minute."),
    413: ("That is too much at once", "Send less, then try again."),
}
