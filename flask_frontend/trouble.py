"""Whatever goes wrong, as a page that says so in words and offers a way on."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from flask_frontend.agents import AgentNotHere
from flask_frontend.backend_client import BackendTrouble, SessionNotHere
from flask_frontend.languages.catalogue import SOURCE, text
from flask_frontend.languages.saying import has
from flask_frontend.logs import log, request_id
from http_limits.failures import by_place

RETRY_SECONDS = 5


@dataclass(frozen=True)
class Trouble:
    """A status, the code of its words, and technical ones.

    `again` offers to try the same address.
    """

    status: int
    code: str
    detail: str
    again: bool = False


def catch_trouble(app: Flask) -> None:
    """No failure leaves the app as a traceback or a bare error page."""
    app.register_error_handler(BackendTrouble, backend_trouble)
    app.register_error_handler(SessionNotHere, _session_not_here)
    app.register_error_handler(AgentNotHere, _agent_not_here)
    app.register_error_handler(HTTPException, http_trouble)
    app.register_error_handler(Exception, _unexpected_trouble)


def problem(status: int, code: str, title: str, detail: str) -> Response:
    """The failure as RFC 9457 problem details, for scripts."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = jsonify(body | {"code": code, "request_id": request_id()})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _answer(trouble: Trouble) -> Response:
    if request.path in ("/visitor-token", "/embed-token"):
        words = f"site-troubles.troubles.{trouble.code}"
        title, detail = (text(SOURCE, f"{words}.{part}") for part in ("headline", "advice"))
        return problem(trouble.status, "not_possible", title, detail)
    # To strangers no address of the console differs from one that is none, so none is led back to.
    is_form = request.method not in ("GET", "HEAD")
    back = {"here": lambda: "/"} if is_form else {}
    page = render_template("trouble.html", trouble=trouble, request_id=request_id(), **back)
    response = Response(page, status=trouble.status)
    if trouble.status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def backend_trouble(error: BackendTrouble) -> Response:
    """Returns the page that says why the backend gave no usable answer, and logs it."""
    log.warning("backend trouble", status=error.status, detail=error.detail)
    again = error.status not in (400, 409)
    return _answer(Trouble(error.status, error.code, error.detail, again))


def _session_not_here(error: SessionNotHere) -> Response:
    return _answer(Trouble(404, "not_here", "404 Not Found"))


def _agent_not_here(error: AgentNotHere) -> Response:
    return _answer(Trouble(404, "no_agent", "404 Not Found"))


def http_trouble(error: HTTPException) -> Response | HTTPException:
    """Returns the page that says which HTTP error it is; redirects go on as they are."""
    if error.code is None or error.code < 400:
        return error
    code = str(error.code) if has(f"site-troubles.troubles.{error.code}") else "other"
    response = _answer(Trouble(error.code, code, f"{error.code} {error.name}"))
    kept = ("Allow", "Retry-After")
    response.headers.extend({k: v for k, v in error.get_headers() if k in kept})
    return response


def _unexpected_trouble(error: Exception) -> Response:
    log.error("unexpected failure", exception=by_place(error))
    return _answer(Trouble(500, "unexpected", "500 Internal Server Error", again=True))
