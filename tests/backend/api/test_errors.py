"""One table says what every error becomes: in a REST view, in a page of Django and at the edge."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from api.errors import problem_of
from api.problems import Problem, Refused
from django.contrib import admin
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from media_server.webhooks import BadSignature
from rest_framework import exceptions
from voice_sessions import queries
from voice_sessions.actions.sessions import RoomInUse, StillEnding
from voice_sessions.limits import TooManySessions
from voice_sessions.models import Session

from http_limits.bodies import TooLarge
from http_limits.shares import TooMany

ADMIN_PAGE = "/admin/voice_sessions/session/"
ANSWERS: list[tuple[Exception, int, str, int | None]] = [
    (Refused(Problem(418, "teapot", "No.", 3)), 418, "teapot", 3),
    (RoomInUse(), 409, "room_in_use", None),
    (TooManySessions("visitor"), 429, "too_many_sessions", 10),
    (TooManySessions("address"), 429, "too_many_sessions", 10),
    (TooManySessions("all"), 503, "at_capacity", 10),
    (BadSignature(), 401, "bad_signature", None),
    (TooLarge(65_536), 413, "too_large", None),
    (TooMany(), 429, "too_many_requests", 1),
    (Session.DoesNotExist(), 404, "not_found", None),
    (Http404(), 404, "not_found", None),
    (PermissionDenied(), 404, "not_found", None),
    (SuspiciousOperation(), 400, "bad_request", None),
    (RecursionError(), 400, "malformed_json", None),
    (OperationalError(), 503, "record_unavailable", 5),
    (InterfaceError(), 503, "record_unavailable", 5),
    (exceptions.ValidationError({"room": ["No."]}), 400, "invalid", None),
    (exceptions.ParseError(), 400, "malformed_json", None),
    (exceptions.NotAuthenticated(), 401, "not_authenticated", None),
    (exceptions.Throttled(2.5), 429, "too_many_requests", 3),
    (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed", None),
    (exceptions.UnsupportedMediaType("x"), 415, "unsupported_media_type", None),
    (exceptions.NotAcceptable(), 406, "not_acceptable", None),
    (DataError(), 500, "internal_error", None),
    (StillEnding(Session(id="s")), 500, "internal_error", None),
    (ValueError(), 500, "internal_error", None),
]


def kind(error: Any) -> str:
    return type(error).__name__ if isinstance(error, Exception) else ""


@pytest.mark.parametrize(("error", "status", "code", "wait"), ANSWERS, ids=kind)
def test_every_error_has_a_status_a_code_and_a_time_to_wait(
    error: Exception, status: int, code: str, wait: int | None
) -> None:
    found = problem_of(error)
    assert (found.status, found.code, found.retry_after) == (status, code, wait)
    assert found.detail


@pytest.mark.parametrize("door", ["REST", "admin"])
@pytest.mark.parametrize(("error", "status", "code", "wait"), ANSWERS, ids=kind)
async def test_it_is_the_same_whatever_view_raises_it(
    alice: httpx.AsyncClient,
    staff: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
    error: Exception,
    status: int,
    code: str,
    wait: int | None,
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(queries, "history", fail)
    monkeypatch.setattr(admin.site._registry[Session], "get_queryset", fail)
    client, path = {"REST": (alice, "/sessions"), "admin": (staff, ADMIN_PAGE)}[door]
    answer = await client.get(path)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("Retry-After") == (str(wait) if wait else None)
