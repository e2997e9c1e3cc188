"""Signing in, at /admin and to the console: few tries for an address and an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import structlog
from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
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
        with one_password_at_a_time():
            return super().clean()


@contextmanager
def one_password_at_a_time() -> Iterator[None]:
    """Waits until no other password is being worked on; raises Refused after 10 s."""
    if not _hashing.acquire(timeout=PATIENCE):
        raise Refused(BUSY)
    try:
        yield
    finally:
        _hashing.release()


def signed_in(request: HttpRequest, username: str, password: str, address: str) -> Any:
    """Returns the user of that name and password, None for a wrong one.

    `address` is where the person is, "" where the request comes from themselves. Raises Refused
    when there were too many tries, as /admin does.
    """
    request.META["REMOTE_ADDR"] = address or request.META.get("REMOTE_ADDR", "")
    if not AxesProxyHandler.is_allowed(request, {"username": username}):
        raise Refused(_too_many())
    with one_password_at_a_time():
        user = authenticate(request, username=username, password=password)
    if user is not None:
        user_logged_in.send(sender=user.__class__, request=request, user=user)
    return user


@receiver(user_logged_in)
def forget_tries(request: HttpRequest, user: Any, **_: Any) -> None:
    """Forgets the wrong passwords of an account that its own person has signed in to, from there.

    Those for other accounts stay: whoever has one of their own could guess another's for ever.
    """
    reset(ip=address(request), username=user.get_username())


def address(request: HttpRequest) -> str:
    """Returns by what tries are counted: an IPv4 address, or the first one of an IPv6 /64."""
    return group_of(request.META.get("REMOTE_ADDR", "")).partition("/")[0]


def locked_out(
    _request: HttpRequest, _response: object = None, _credentials: object = None
) -> HttpResponse:
    """Returns the 429 of an address or account with too many tries; it says nothing of either."""
    return answer(_too_many())


def _too_many() -> Problem:
    log.warning("login_refused")
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    sentence = "Too many wrong passwords; come back later."
    return Problem(429, "too_many_logins", sentence, retry_after=wait)
