"""The operator's pass in its cookie, and the token by which the site asks for a person."""

from __future__ import annotations

import secrets

from flask import current_app, request
from werkzeug.wrappers import Response

from flask_frontend.services import services
from flask_frontend.visitors import mint_token

ENDED = "ended"
"""What the cookie holds in place of a pass that has ended by itself, until the browser is closed: a
tab in which somebody still types is led to the sign-in with what it sends, as nobody else is."""


def cookie_name() -> str:
    """Returns the name of the cookie, which begins with `__Host-` outside of development."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}_operator"


def brought() -> str:
    """Returns the pass that this request brings, ENDED after one, and "" where there was none."""
    return request.cookies.get(cookie_name(), "")


def give(response: Response, pass_: str) -> Response:
    """Returns the answer with a pass, which the browser keeps until it is closed."""
    return _kept(response, pass_)


def take_away(response: Response) -> Response:
    """Returns the answer with which the browser of somebody who signs out forgets their pass."""
    secure = not services().settings.debug
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Strict")
    return response


def mark_ended(response: Response) -> Response:
    """Returns the answer with which the browser has ENDED in place of its pass."""
    return _kept(response, ENDED)


def _kept(response: Response, value: str) -> Response:
    secure = not services().settings.debug
    response.set_cookie(
        cookie_name(), value, path="/", secure=secure, httponly=True, samesite="Strict"
    )
    return response


def person_token() -> str:
    """Returns a token that tells the backend where the person is for whom the site asks.

    What is limited by address is then counted by theirs. It stays between site and backend.
    """
    secret = services().settings.visitor_secret
    return mint_token(secrets.token_urlsafe(16), secret, request.remote_addr or "").token
