"""The headers that keep a page to itself, and the check that a request comes from this site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, Response, request

from flask_frontend.settings import Settings

_TWIN_SCHEME = {"http": "ws", "https": "wss", "ws": "http", "wss": "https"}
_CLOUD = "livekit.cloud"
_PERMISSIONS = "microphone=(self), camera=(), display-capture=(), geolocation=(), payment=()"


def protect(app: Flask, settings: Settings) -> None:
    """Every answer of the app carries the policy, and pages are never stored."""
    policy = content_security_policy(settings)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = _PERMISSIONS
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response


def content_security_policy(settings: Settings) -> str:
    """A policy without inline script or style, open to the backend and the media server alone."""
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
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def is_same_origin(request: Request) -> bool:
    """True when the browser says that this site's own page sent the request.

    `Sec-Fetch-Site` cannot be set by a page, so it settles the scheme too, which a proxy that is
    not trusted may hide. A request that has neither header comes from no page of ours.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin"):
        return False
    if origin is None:
        return site == "same-origin"
    parts = urlsplit(origin)
    same_scheme = site == "same-origin" or parts.scheme == request.scheme
    return same_scheme and parts.netloc == request.host


def _origins(url: str) -> list[str]:
    if not url:
        return []
    parts = urlsplit(url)
    return [f"{scheme}://{parts.netloc}" for scheme in (parts.scheme, _TWIN_SCHEME[parts.scheme])]
