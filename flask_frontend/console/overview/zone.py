"""Whose days lists are chosen by: those of the operator's browser, once that has told its zone."""

from __future__ import annotations

from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import request

COOKIE = "console_zone"
"""Which `console-zone.js` sets."""
UTC = "UTC"


def zone() -> str:
    """Returns the name of the browser's time zone in the IANA database, UTC without a known one."""
    name = unquote(request.cookies.get(COOKIE, ""))
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
