"""How often one visitor, address and API key may ask, start and type, in each process.

A listed proxy's own requests are not limited by address.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from operators.models import ApiKey, Operator
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from visitors.addresses import limited_group

ADDRESS_FACTOR = 4
KEY_FACTOR = 10
TRIALS_PER_MINUTE = 12
TOOL_TRIALS_PER_MINUTE = 30
PASSWORDS_PER_HOUR = 10


class VisitorRate(SimpleRateThrottle):
    """Allows REQUESTS_PER_MINUTE to each visitor."""

    def get_rate(self) -> str:
        return f"{settings.REQUESTS_PER_MINUTE}/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"rate:visitor:{request.user.id}"


class AddressRate(SimpleRateThrottle):
    """Allows four times that to each client address, which several people may share.

    Each API key may ask KEY_FACTOR times as often as an address, wherever its program runs.
    """

    counts = "address"
    num_requests: int

    def get_rate(self) -> str:
        return f"{settings.REQUESTS_PER_MINUTE * ADDRESS_FACTOR}/min"

    def allow_request(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiKey):
            self.num_requests *= KEY_FACTOR
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if isinstance(request.auth, ApiKey):
            return f"rate:{self.counts}:key:{request.auth.id}"
        group = limited_group(request)
        return f"rate:{self.counts}:{group}" if group else None


class StartRate(AddressRate):
    """Allows STARTS_PER_MINUTE to each client address, and KEY_FACTOR times that to an API key."""

    counts = "starts"

    def get_rate(self) -> str:
        return f"{settings.STARTS_PER_MINUTE}/min"


class TrialRate(SimpleRateThrottle):
    """Allows so many trials of services a minute to all of the staff together: each may cost."""

    def get_rate(self) -> str:
        return f"{TRIALS_PER_MINUTE}/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return "rate:trials"


class ToolRate(SimpleRateThrottle):
    """Allows so many trials of tools a minute to all operators together: each asks a server."""

    def get_rate(self) -> str:
        return f"{TOOL_TRIALS_PER_MINUTE}/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return "rate:tools"


class MessageRate(VisitorRate):
    """Allows each visitor half of REQUESTS_PER_MINUTE as typed messages, counted by themselves."""

    def get_rate(self) -> str:
        return f"{max(1, settings.REQUESTS_PER_MINUTE // 2)}/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"rate:messages:{request.user.id}"


class PasswordRate(SimpleRateThrottle):
    """Allows each operator so many changes of their password an hour, also those that fail."""

    def get_rate(self) -> str:
        return f"{PASSWORDS_PER_HOUR}/hour"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        who = request.auth
        return f"rate:passwords:{who.id}" if isinstance(who, Operator) else None


RATES = [VisitorRate, AddressRate]
