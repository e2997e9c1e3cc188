"""The headers that keep a page to itself, and the check that a request comes from this site."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request

from flask_frontend.settings import Settings
from flask_frontend.trouble import problem

STYLES = "style-src 'self'"
UNFRAMED = "frame-ancestors 'none'"
FOR_ANY_HOST = "/health"
_TWIN_SCHEME = {"http": "ws", "https": "wss", "ws": "http", "wss": "https"}
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::[0-9]{1,5})?", re.IGNORECASE)
_KEEP_TO_HTTPS = "max-age=31536000"
_CLOUD = "livekit.cloud"
_PERMISSIONS = "microphone=(self), camera=(), display-capture=(), geolocation=(), payment=()"


def protect(app: Flask, settings: Settings) -> None:
    """Every answer of the app carries the policy, pages are never stored, foreign hosts refused."""
    policy = content_security_policy(settings)

    app.add_template_global(style_nonce)

    @app.before_request
    def check_host() -> Response | None:
        if request.path == FOR_ANY_HOST or is_own_host(request.host, settings.allowed_hosts):
            return None
        detail = "This host name is not served here."
        return problem(400, "host_not_allowed", "Bad Request", detail)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _for_frame(_with_nonce(policy))
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = _PERMISSIONS
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if not settings.debug:
            response.headers["Strict-Transport-Security"] = _KEEP_TO_HTTPS
        if request.endpoint != "static":
            kept = g.get("keep_seconds")
            response.headers["Cache-Control"] = f"public, max-age={kept}" if kept else "no-store"
        return response


def style_nonce() -> str:
    """Lets styles in that have it, on the page that is being made: a library brings its own."""
    g.style_nonce = g.get("style_nonce") or secrets.token_urlsafe(16)
    return str(g.style_nonce)


def _with_nonce(policy: str) -> str:
    nonce = g.get("style_nonce")
    return policy.replace(STYLES, f"{STYLES} 'nonce-{nonce}'") if nonce else policy


def let_own_pages_frame() -> None:
    """Lets a page of this site, and no other, show the one that is being made in a frame."""
    let_sites_frame(["'self'"])


def let_sites_frame(sites: Iterable[str]) -> None:
    """Lets pages of these sites, and no others, show the one that is being made in a frame."""
    g.framed_by = " ".join(sites)


def _for_frame(policy: str) -> str:
    sites = g.get("framed_by")
    return policy.replace(UNFRAMED, f"frame-ancestors {sites}") if sites else policy


def content_security_policy(settings: Settings) -> str:
    """A policy without inline script or style, open only to the backend and the media server."""
    connect = ["'self'", *_origins(settings.backend_public_url)]
    connect += _origins(settings.livekit_public_url)
    if (urlsplit(settings.livekit_public_url).hostname or "").endswith(f".{_CLOUD}"):
        connect += [f"https://*.{_CLOUD}", f"wss://*.{_CLOUD}"]
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "media-src": "'self' blob:",
        "worker-src": "'self' blob:",
        "connect-src": " ".join(dict.fromkeys(connect)),
        "frame-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def is_own_host(host: str, allowed: Iterable[str]) -> bool:
    """Whether a Host header names this site; a pattern `.a.b` means `a.b` and all names in it."""
    found = _HOST.fullmatch(host)
    name = found[1].lower() if found else ""
    patterns = [pattern.lower() for pattern in allowed]
    inside = any(f".{name}".endswith(one) for one in patterns if one.startswith("."))
    return bool(name) and (inside or name in patterns or "*" in patterns)


def is_same_origin(request: Request, *, https: bool) -> bool:
    """True when the browser says that this site's own page sent the request.

    A site that is `https` to the world has no page with `Origin: http://`. Otherwise
    `Sec-Fetch-Site`, which no page can set, settles the scheme, or the request's own does. A
    request that has neither header comes from no page of ours.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin"):
        return False
    if origin is None:
        return site == "same-origin"
    parts = urlsplit(origin)
    if https:
        same_scheme = parts.scheme == "https"
    else:
        same_scheme = site == "same-origin" or parts.scheme == request.scheme
    return same_scheme and parts.netloc == request.host


def _origins(url: str) -> list[str]:
    if not url:
        return []
    parts = urlsplit(url)
    place = _any_host_at(parts.port) if ":" in (parts.hostname or "") else parts.netloc
    return [f"{scheme}://{place}" for scheme in (parts.scheme, _TWIN_SCHEME[parts.scheme])]


def _any_host_at(port: int | None) -> str:
    """A policy has no way to name an IPv6 address: browsers leave out a source that has one."""
    return f"*:{port}" if port else "*"
