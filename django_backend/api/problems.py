"""The one shape of an error answer: RFC 9457 problem details with a code and the request's id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from common.faults import WHOLE, fault, listed
from django.http import HttpResponse
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer

from http_limits.refusals import Refusal

NO_CHANGES = fault("no_changes", "Send an object with the fields that change.")


@dataclass(frozen=True)
class Problem:
    """A status, a code and a sentence for a person.

    `retry_after` is in seconds, `headers` are those of the answer. `errors` has sentences by field,
    nested as REST framework nests them; those that `fault` makes have codes of their own.
    """

    status: int
    code: str
    detail: str
    retry_after: int | None = None
    errors: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, refusal: Refusal) -> Problem:
        """Returns the same refusal, where the application gives it and not the server."""
        return cls(**asdict(refusal))

    @classmethod
    def of_field(cls, status: int, field: str, wrong: ErrorDetail) -> Problem:
        """Returns the problem that is nothing but this fault of one field."""
        return cls(status, str(wrong.code), str(wrong), errors={field: [wrong]})

    @classmethod
    def invalid(cls, errors: Any) -> Problem:
        """Returns what is said of a request whose fields are not right."""
        return cls(400, "invalid", "Some fields are not right.", errors=errors)


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
        body["errors"] = _by_field(problem.errors)
        body["faults"] = listed(problem.errors)
    retry = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    return HttpResponse(
        JSONRenderer().render(body),
        status=problem.status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **retry, **problem.headers},
    )


def _by_field(detail: Any) -> dict[str, list[str]]:
    if not isinstance(detail, dict):
        return {"body": [str(sentence) for sentence in detail]}
    return {
        "body" if field == WHOLE else str(field): _sentences(value)
        for field, value in detail.items()
    }


def _sentences(value: Any, place: str = "") -> list[str]:
    """The sentences about a field, each after its place within: "llm, base_url: Use …"."""
    if isinstance(value, dict):
        parts = {_counted(name): item for name, item in value.items()}
        return [s for name, item in parts.items() for s in _sentences(item, _within(place, name))]
    if not isinstance(value, list):
        return [f"{place}: {value}" if place else str(value)]
    rows = enumerate(value, 1)
    return [s for n, item in rows for s in _sentences(item, _row(place, n, item))]


def _counted(name: object) -> str:
    """The name of a part; rows are numbered from 0, and people count from 1."""
    return str(name + 1 if isinstance(name, int) else name)


def _within(place: str, name: str) -> str:
    if name == WHOLE:
        return place
    return f"{place}, {name}" if place else name


def _row(place: str, number: int, item: Any) -> str:
    return _within(place, str(number)) if isinstance(item, dict | list) else place
