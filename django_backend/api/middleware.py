"""Django's share of the edge: a line for every request, and no HTML when something fails."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

from . import errors

_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{name} {value}" for name, value in _DIRECTIVES.items())
"""What the admin and the API's description need, and nothing else."""


class RequestLog(RequestMiddleware):
    """Logs the start and end of a request by method and path: a query may hold people's words."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class ForNobodyElse:
    """Lets nothing but static files be stored or framed, and no page run a script that it holds."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        response["Content-Security-Policy"] = POLICY
        return response


class Failures:
    """Answers with problem details where Django would show a page of its own."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse:
        return errors.answer_to(error)
