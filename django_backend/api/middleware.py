"""Django's share of the edge: a line for every request, and no HTML when something fails."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

from . import errors

log = structlog.get_logger(__name__)


class RequestLog(RequestMiddleware):
    """Logs the start and end of a request by method and path: a query may hold people's words."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class Failures:
    """Answers with problem details also where Django would show its own page, DEBUG or not."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Http404 | PermissionDenied):
            return errors.not_found(request)
        if isinstance(error, SuspiciousOperation):
            return errors.bad_request(request)
        if isinstance(error, errors.DATABASE_AWAY):
            return errors.database_away(error)
        log.error("request_failed", exc_info=error)
        return errors.server_error(request)
