"""What OpenAPI is told of a view: its answers, and every way in which it can fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

PROBLEM = "application/problem+json"
ALWAYS = (400, 406, 413, 429, 500)
"""A host that is not ours, a format that nobody speaks, a body that is too large, too many requests
at once, and what nobody expected."""
KNOWN = (*ALWAYS, 401, 503)
"""For visitors: also one without a token, and a record that is away."""
_View = TypeVar("_View", bound=Callable[..., Any])


class FaultAnswer(serializers.Serializer[Any]):
    """One thing that is wrong: `pointer` says where in the request, "#" for the whole of it.

    `code` stays what it is, `params` are the values that the sentence `detail` names.
    """

    pointer = serializers.CharField()
    code = serializers.CharField()
    params = serializers.DictField()
    detail = serializers.CharField()


class ProblemAnswer(serializers.Serializer[Any]):
    """RFC 9457: what failed; `errors` has sentences by field, `faults` the same for programs."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    faults = FaultAnswer(many=True, required=False)


def described(
    answers: Mapping[int, Any],
    *,
    fails: Sequence[int],
    parameters: Sequence[Any] = (),
    kind: str = "application/json",
    **given: Any,
) -> Callable[[_View], _View]:
    """Returns a decorator that describes a view: its answers by status, and how it may fail."""
    good = {(status, kind): answer for status, answer in answers.items()}
    problems = {(status, PROBLEM): ProblemAnswer for status in fails}
    headers = _headers([*answers, *fails])
    return extend_schema(
        responses={**good, **problems}, parameters=[*parameters, *headers], **given
    )


def _headers(statuses: Sequence[int]) -> list[OpenApiParameter]:
    found = [
        _header("X-Request-ID", statuses, "The request's id, which is on every line of the log.")
    ]
    if waiting := [status for status in (429, 503) if status in statuses]:
        found.append(_header("Retry-After", waiting, "Seconds after which it may be tried again."))
    if 401 in statuses:
        found.append(_header("WWW-Authenticate", [401], "`Bearer`: a visitor token is needed."))
    return found


def _header(name: str, statuses: Sequence[int], description: str) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        str,
        OpenApiParameter.HEADER,
        description=description,
        response=sorted(set(statuses)),
    )
