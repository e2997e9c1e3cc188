"""Forwarded headers, believed only when a trusted proxy sent them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from flask_frontend.settings import Network
from http_limits.addresses import client_address, is_listed
from http_limits.headers import UnlistedForwarder

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class TrustedProxies:
    """WSGI middleware: scheme, host and client come from the proxy if it is one of `networks`."""

    def __init__(self, application: WSGIApplication, networks: tuple[Network, ...]) -> None:
        self._direct = application
        self._forwarded = ProxyFix(application, x_for=0, x_proto=1, x_host=1)
        self._networks = networks
        self._unlisted = UnlistedForwarder()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        if any(name in environ for name in _FORWARDED):
            self._unlisted.notice(peer, self._networks)
        if not is_listed(peer, self._networks):
            return self._direct(environ, start_response)
        hops = environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = client_address(peer, hops, self._networks)
        return self._forwarded(environ, start_response)
