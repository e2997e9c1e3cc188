"""Which bytes of a recording are asked for, as RFC 9110 has it, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voice_sessions.recordings.joined import Recording

from api.problems import Problem, Refused

KIND = "audio/ogg"
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
Span = tuple[int, int]
"""The first byte, and the one after the last."""


def asked_span(headers: Mapping[str, str], found: Recording) -> Span | None:
    """Returns the span that is asked for; None where that is all.

    Several spans at once, and those of a recording that has grown since, are answered with all of
    it. Raises Refused where there are no such bytes.
    """
    asked = RANGE.fullmatch(headers.get("Range", "").replace(" ", ""))
    changed = headers.get("If-Range", _tag(found)) != _tag(found)
    if asked is None or changed or not any(asked.groups()):
        return None
    first, last = asked.groups()
    if not first:
        begin, end = max(found.size - int(last), 0), found.size
    else:
        begin, end = int(first), min(int(last) + 1 if last else found.size, found.size)
    if begin >= end:
        size = {"Content-Range": f"bytes */{found.size}"}
        raise Refused(Problem(416, "no_such_range", "It has no such bytes.", headers=size))
    return begin, end


def headers_of(found: Recording, span: Span | None) -> dict[str, str]:
    """Returns the headers of an answer with this span of the recording, or with all of it."""
    first, end = span or (0, found.size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(end - first),
        "Content-Type": KIND,
        "ETag": _tag(found),
    }
    if span:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{found.size}"
    return headers


def _tag(found: Recording) -> str:
    return f'"{found.tag}"'
