"""Forwarded headers, believed only when a trusted proxy sent them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from flask_frontend.settings import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TrustedProxies:
    """WSGI middleware: scheme, host and client come from the proxy if it is one of `networks`."""

    def __init__(self, application: WSGIApplication, networks: tuple[Network, ...]) -> None:
        self._direct = application
        self._forwarded = ProxyFix(application, x_for=1, x_proto=1, x_host=1)
        self._networks = networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        trusted = self._trusts(environ.get("REMOTE_ADDR", ""))
        return (self._forwarded if trusted else self._direct)(environ, start_response)

    def _trusts(self, address: str) -> bool:
        try:
            client = ip_address(address)
        except ValueError:
            return False
        return any(client in network for network in self._networks)
