"""The one shape of an error answer: RFC 9457 problem details with a code and the request's id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer

from http_limits.refusals import Refusal


@dataclass(frozen=True)
class Problem:
    """A status, a code and a sentence for a person.

    `retry_after` is in seconds, `errors` has sentences by field, `headers` are those of the answer.
    """

    status: int
    code: str
    detail: str
    retry_after: int | None = None
    errors: Mapping[str, list[str]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, refusal: Refusal) -> Problem:
        """Returns the same refusal, where the application gives it and not the server."""
        return cls(**asdict(refusal))


class Refused(Exception):
    """A request is answered with this problem, for a reason that only the one who raises knows."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def answer(problem: Problem) -> HttpResponse:
    """Returns the problem as `application/problem+json`, which nobody may store."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if problem.errors:
        body["errors"] = problem.errors
    retry = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    return HttpResponse(
        JSONRenderer().render(body),
        status=problem.status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **retry, **problem.headers},
    )
