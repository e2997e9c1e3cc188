"""How many new visitors one address may bring in a minute."""

from __future__ import annotations

import math

from flask import Request
from werkzeug.exceptions import TooManyRequests

from flask_frontend.settings import Settings
from http_limits.addresses import group_of, is_listed
from http_limits.rates import PerMinute


class Arrivals:
    """NEW_VISITORS_PER_MINUTE; a listed proxy's own requests do not count."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = settings.trusted_proxies
        self._rate = PerMinute(settings.new_visitors_per_minute)

    def admit(self, request: Request) -> None:
        """Lets somebody without a cookie in, or raises TooManyRequests (429)."""
        address = request.remote_addr or ""
        if is_listed(address, self._proxies):
            return
        if wait := self._rate.wait(group_of(address)):
            raise TooManyRequests(retry_after=math.ceil(wait))
