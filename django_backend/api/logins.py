"""Signing in at /admin: few tries for an address and an account, and one password at a time."""

from __future__ import annotations

from threading import Lock
from typing import Any

import structlog
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponse

from http_limits.addresses import group_of

from .problems import Problem, Refused, answer

log = structlog.get_logger(__name__)
PATIENCE = 10.0
BUSY = Problem(429, "too_many_requests", "Too many people are signing in; wait a moment.", 10)
_hashing = Lock()


class OneAtATime(AdminAuthenticationForm):
    """Django's own form; a process works on one password at a time.

    A password is made to cost half a second of a processor. Tries that came meanwhile see what the
    one before them has added to their count, so that they are refused without that cost.
    """

    def clean(self) -> dict[str, Any]:
        if not _hashing.acquire(timeout=PATIENCE):
            raise Refused(BUSY)
        try:
            return super().clean()
        finally:
            _hashing.release()


def address(request: HttpRequest) -> str:
    """Returns by what tries are counted: an IPv4 address, or the first one of an IPv6 /64."""
    return group_of(request.META.get("REMOTE_ADDR", "")).partition("/")[0]


def locked_out(
    _request: HttpRequest, _response: object = None, _credentials: object = None
) -> HttpResponse:
    """Returns the 429 of an address or account with too many tries; it says nothing of either."""
    log.warning("login_refused")
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    sentence = "Too many wrong passwords; come back later."
    return answer(Problem(429, "too_many_logins", sentence, retry_after=wait))
