"""Whose address a request comes from, as the limits by address count it."""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac
from operators.models import ApiKey
from rest_framework.request import Request

from http_limits.addresses import group_of, is_listed

TAG_LENGTH = 32


def limited_group(request: Request) -> str:
    """Returns the client's address group; empty where there is no limit.

    A listed proxy's own requests have none, nor those of a program: its key has limits of its own.
    """
    if isinstance(request.auth, ApiKey):
        return ""
    address = request.META.get("REMOTE_ADDR", "")
    return "" if is_listed(address, settings.TRUSTED_PROXIES) else group_of(address)


def address_tag(request: Request) -> str:
    """Returns a keyed hash of the address group for the record: 32 hex digits, or nothing."""
    group = limited_group(request)
    if not group:
        return ""
    return salted_hmac("session.address", group, algorithm="sha256").hexdigest()[:TAG_LENGTH]
