"""Which revision of an agent a request is about: ETag and If-Match."""

from __future__ import annotations

import re

from rest_framework.request import Request

from api.problems import Problem, Refused

NEEDS_MATCH = Problem(
    428,
    "precondition_required",
    'Say which revision you changed: send If-Match with the ETag of your last read, such as "3".',
)
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def base_of(request: Request) -> int:
    """Returns the number of the revision that was changed, from If-Match; refuses without it."""
    found = _ETAG.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        raise Refused(NEEDS_MATCH)
    return int(found[1])


def etag(number: int) -> dict[str, str]:
    """Returns the header that tells a revision's number."""
    return {"ETag": f'"{number}"'}
