"""What every request passes first: it must come from this machine, and not be too large."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from local_ai.errors import ApiError

UPLOAD_PATHS = ("/v1/audio/transcriptions", "/v1/audio/translations")
UPLOAD_LIMIT = 25 * 1024 * 1024
JSON_LIMIT = 1024 * 1024
_FORM_ALLOWANCE = 16 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """ASGI middleware: 403 unless Host (and Origin, if any) is loopback, 413 for large bodies.

    The server takes any API key, because it listens on loopback only. A web page could still
    reach it, by a host name that it points at 127.0.0.1 or by a plain form: hence the check.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif not _is_from_here(Headers(scope=scope)):
            await _refuse(scope, receive, send)
        elif scope["type"] == "http":
            is_upload = scope["path"] in UPLOAD_PATHS
            limit = UPLOAD_LIMIT + _FORM_ALLOWANCE if is_upload else JSON_LIMIT
            await self._app(scope, _limited(receive, limit), send)
        else:
            await self._app(scope, receive, send)


def too_large(limit: int) -> ApiError:
    """413 that names the limit."""
    return ApiError(413, f"Maximum content size limit ({limit} bytes) exceeded.", code="too_large")


def _is_from_here(headers: Headers) -> bool:
    if _host_of(f"//{headers.get('host', '')}") not in _LOOPBACK:
        return False
    origin = headers.get("origin")
    return origin is None or _host_of(origin) in _LOOPBACK


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    message = "This server answers requests from its own machine only."
    response = ApiError(403, message, code="not_loopback").response()
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)


def _limited(receive: Receive, limit: int) -> Receive:
    """`receive` that raises 413 past the limit, after taking in what is not far beyond it.

    A client that is still sending when the answer comes would see a broken connection instead.
    """
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size <= limit:
            return message
        while message.get("more_body") and size < 2 * limit:
            message = await receive()
            size += len(message.get("body", b""))
        raise too_large(limit)

    return counted
