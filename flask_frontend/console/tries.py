"""How often one address may try to get in."""

from __future__ import annotations

import math

from flask import Request

from flask_frontend.settings import Settings
from http_limits.addresses import group_of, is_listed
from http_limits.rates import PerMinute

MOST = 12


class Tries:
    """Twelve a minute, so that nobody uses up what the backend allows this site in all.

    The backend refuses much sooner who tries wrong passwords. A listed proxy's own requests do not
    count.
    """

    def __init__(self, settings: Settings) -> None:
        self._proxies = settings.trusted_proxies
        self._rate = PerMinute(MOST)

    def wait(self, request: Request) -> int:
        """Returns 0 where somebody may try, which counts; otherwise the seconds until they may."""
        address = request.remote_addr or ""
        if is_listed(address, self._proxies):
            return 0
        return math.ceil(self._rate.wait(group_of(address)))
