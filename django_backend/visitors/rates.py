"""How often one visitor and one address may ask for tokens and sessions, in each process.

A listed proxy's own requests are not limited by address.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from visitors.addresses import limited_group

ADDRESS_FACTOR = 4


class VisitorRate(SimpleRateThrottle):
    """Allows REQUESTS_PER_MINUTE to each visitor."""

    def get_rate(self) -> str:
        return f"{settings.REQUESTS_PER_MINUTE}/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"rate:visitor:{request.user.id}"


class AddressRate(SimpleRateThrottle):
    """Allows four times that to each client address, which several people may share."""

    def get_rate(self) -> str:
        return f"{settings.REQUESTS_PER_MINUTE * ADDRESS_FACTOR}/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        group = limited_group(request)
        return f"rate:address:{group}" if group else None


class StartRate(SimpleRateThrottle):
    """Allows STARTS_PER_MINUTE to each client address."""

    def get_rate(self) -> str:
        return f"{settings.STARTS_PER_MINUTE}/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        group = limited_group(request)
        return f"rate:starts:{group}" if group else None


RATES = [VisitorRate, AddressRate]
