"""Every error answer, in one shape: RFC 9457 problem details with a code and the request's id."""

from __future__ import annotations

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer

log = structlog.get_logger(__name__)
DATABASE_AWAY = (OperationalError, InterfaceError)
DATABASE_RETRY_AFTER = 5

_SENTENCES = {
    400: ("bad_request", "The request cannot be understood."),
    401: ("not_authenticated", "A valid visitor token is needed."),
    403: ("forbidden", "This form was not sent from its own page; open it anew."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This address does not take this method."),
    406: ("not_acceptable", "Only JSON is answered here."),
    415: ("unsupported_media_type", "Send JSON, with the content type application/json."),
    429: ("too_many_requests", "Too many requests; wait a moment."),
    500: ("internal_error", "Something went wrong on our side."),
}


class Problem(exceptions.APIException):
    """An error that a view answers with: status, code and a sentence for a person."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        *,
        retry_after: int | None = None,
        errors: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status_code = status
        self.code = code
        self.wait = retry_after
        self.errors = errors


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """An `application/problem+json` answer; `errors` has sentences by field."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if errors:
        body["errors"] = errors
    return HttpResponse(
        JSONRenderer().render(body),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def problem_details(error: Exception, _context: dict[str, Any]) -> HttpResponse:
    """The answer to what a REST view raised; what nobody expected is logged and becomes a 500."""
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "invalid", "Some fields are not right.", errors=_by_field(error.detail))
    if isinstance(error, exceptions.APIException):
        return _of_api_exception(error)
    if isinstance(error, Http404 | PermissionDenied | ObjectDoesNotExist):
        return _standard(404)
    if isinstance(error, SuspiciousOperation):
        return _standard(400)
    if isinstance(error, RecursionError):
        return problem(400, "malformed_json", "The JSON is nested too deeply.")
    if isinstance(error, DATABASE_AWAY):
        return database_away(error)
    log.error("request_failed", exc_info=error)
    return _standard(500)


def database_away(error: Exception) -> HttpResponse:
    """The 503 of a request that the record could not serve now; it may be sent again."""
    log.error("record_unavailable", error=f"{type(error).__name__}: {error}")
    headers = {"Retry-After": str(DATABASE_RETRY_AFTER)}
    sentence = "The record is not available right now; try again in a moment."
    return problem(503, "record_unavailable", sentence, headers=headers)


@csrf_exempt
def not_found(_request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """The 404 of an address that does not exist."""
    return _standard(404)


def not_allowed(allowed: Sequence[str]) -> HttpResponse:
    """The 405 of an address that takes these methods alone."""
    return _standard(405, headers={"Allow": ", ".join(allowed)})


def csrf_failed(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """The 403 of a form that was not sent from our own page; Django's has a page about itself."""
    log.info("form_refused", reason=reason)
    return _standard(403)


def bad_request(_request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """The 400 of a request that Django itself refused."""
    return _standard(400)


def server_error(_request: HttpRequest) -> HttpResponse:
    """The 500 of a failure outside the REST views."""
    return _standard(500)


def _of_api_exception(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, Problem):
        detail = str(error.detail)
        return problem(error.status_code, error.code, detail, errors=error.errors, headers=headers)
    if isinstance(error, exceptions.ParseError):
        return problem(400, "malformed_json", str(error.detail), headers=headers)
    return _standard(error.status_code, headers=headers)


def _standard(status: int, *, headers: dict[str, str] | None = None) -> HttpResponse:
    code, sentence = _SENTENCES.get(status, _SENTENCES[500])
    return problem(status, code, sentence, headers=headers)


def _by_field(detail: Any) -> dict[str, list[str]]:
    if not isinstance(detail, dict):
        return {"body": [str(sentence) for sentence in detail]}
    return {
        "body" if field == "non_field_errors" else str(field): _sentences(value)
        for field, value in detail.items()
    }


def _sentences(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [sentence for item in value.values() for sentence in _sentences(item)]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
