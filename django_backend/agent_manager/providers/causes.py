"""Which ServiceError an exception of a library is: the reason is told by what really happened."""

from __future__ import annotations

import json
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TypeVar

import aiohttp
import httpx2 as httpx
import openai
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError
from outgoing.guard import PrivateAddress

from agent_manager.providers.errors import Reason, ServiceError, name_or_nothing

T = TypeVar("T")
MOST_CAUSES = 20
RETRIED: frozenset[Reason] = frozenset(
    (
        "unreachable",
        "slow",
        "failed",
        "stopped",
        "limited",
        "broken_off",
        "wrong_answer",
        "web_page",
        "empty",
        "only_thought",
        "only_tool_call",
    )
)
"""What another try can mend."""
CODES: Mapping[str, Reason] = {
    "invalid_api_key": "refused",
    "authentication_error": "refused",
    "permission_error": "refused",
    "rate_limit_exceeded": "limited",
    "rate_limit_error": "limited",
    "insufficient_quota": "unpaid",
    "billing_error": "unpaid",
    "content_filter": "filtered",
    "content_policy_violation": "filtered",
    "responsibleaipolicyviolation": "filtered",
    "context_length_exceeded": "too_long",
    "exceed_context_size_error": "too_long",
    "overloaded_error": "failed",
    "server_error": "failed",
    "model_stopped": "stopped",
    "timeout": "slow",
    "unavailable_error": "loading",
    "not_found_error": "rejected",
    "request_too_large": "too_long",
    "invalid_auth": "refused",
    "too_many_requests": "limited",
    "payment_required": "unpaid",
    "quota_exceeded": "unpaid",
    "unauthenticated": "refused",
    "permission_denied": "refused",
    "resource_exhausted": "limited",
    "unavailable": "failed",
    "deadline_exceeded": "slow",
}
"""What servers call it in an error's `code` or `type`."""
_STATUSES: Mapping[int, Reason] = {
    401: "refused",
    402: "unpaid",
    403: "refused",
    408: "slow",
    413: "too_long",
    429: "limited",
    504: "slow",
}
_SOCKETS: Mapping[int, Reason] = {
    1006: "broken_off",
    1008: "refused",
    1009: "too_long",
    1011: "failed",
    1013: "limited",
    4001: "refused",
    4002: "unpaid",
    4003: "refused",
    4029: "limited",
}
"""What the closing of a socket says; plugins tell its code as a status."""
_TRANSPORT: tuple[tuple[type[BaseException], Reason], ...] = (
    (PrivateAddress, "private"),
    (APITimeoutError, "slow"),
    (openai.APITimeoutError, "slow"),
    (httpx.ConnectTimeout, "unreachable"),
    (httpx.TimeoutException, "slow"),
    (TimeoutError, "slow"),
    (httpx.LocalProtocolError, "unsendable"),
    (UnicodeEncodeError, "unsendable"),
    (httpx.UnsupportedProtocol, "unsendable"),
    (httpx.InvalidURL, "unsendable"),
    (httpx.TooManyRedirects, "moved"),
    (httpx.RemoteProtocolError, "broken_off"),
    (httpx.ReadError, "broken_off"),
    (httpx.WriteError, "broken_off"),
    (ConnectionResetError, "broken_off"),
    (BrokenPipeError, "broken_off"),
    (httpx.DecodingError, "wrong_answer"),
    (httpx.ConnectError, "unreachable"),
    (httpx.ProxyError, "unreachable"),
    (OSError, "unreachable"),
    (aiohttp.ServerDisconnectedError, "broken_off"),
    (aiohttp.ClientPayloadError, "broken_off"),
    (json.JSONDecodeError, "wrong_answer"),
    (UnicodeDecodeError, "wrong_answer"),
    (openai.APIResponseValidationError, "wrong_answer"),
)
"""The first of these that is among an exception's causes tells the reason."""


def service_error(error: BaseException, host: str = "") -> ServiceError:
    """The ServiceError that an exception of openai, HTTP or livekit-agents comes down to."""
    causes = list(_chain(error))
    for cause in causes:
        if isinstance(cause, ServiceError):
            return cause
        if isinstance(cause, openai.APIStatusError | APIStatusError):
            code = code_of(getattr(cause, "body", None))
            request_id = cause.request_id or ""
            return refusal(cause.status_code, code, host=host, request_id=request_id)
        if isinstance(cause, aiohttp.ClientResponseError) and cause.status:
            return refusal(cause.status, host=host)
    reason = _reason_of(causes)
    return ServiceError(reason, host=host, retryable=reason in RETRIED)


async def as_told(request: Callable[..., Awaitable[T]], *args: object, **options: object) -> T:
    """Makes a request of a plugin; what the plugin raises becomes a ServiceError."""
    try:
        return await request(*args, **options)
    except APIError as error:
        found = service_error(error)
        found.retryable = found.retryable and error.retryable
        raise found from error


def refusal(status: int, code: str = "", *, host: str = "", request_id: str = "") -> ServiceError:
    """The ServiceError of an answer with this status, or of an error object with this code."""
    reason = CODES.get(code.lower()) or reason_of_status(status)
    return ServiceError(
        reason,
        status=max(status, 0),
        field=code,
        host=host,
        request_id=request_id,
        retryable=reason in RETRIED,
    )


def reason_of_status(status: int) -> Reason:
    """What a status of HTTP says."""
    if status in _STATUSES:
        return _STATUSES[status]
    if status in _SOCKETS:
        return _SOCKETS[status]
    if 300 <= status < 400:
        return "moved"
    return "rejected" if 400 <= status < 500 else "failed"


def code_of(body: object) -> str:
    """The code of an error's body, or its type; "" when it has none that is a name."""
    if not isinstance(body, Mapping):
        return ""
    inner = body.get("error")
    found = inner if isinstance(inner, Mapping) else body
    names = [name_or_nothing(found.get(key)) for key in ("code", "type")]
    known = [name for name in names if name.lower() in CODES]
    return [*known, *[name for name in names if name], ""][0]


def _reason_of(causes: list[BaseException]) -> Reason:
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "certificate"
    for kind, reason in _TRANSPORT:
        if any(isinstance(cause, kind) for cause in causes):
            return reason
    codes = [code_of(getattr(cause, "body", None)).lower() for cause in causes]
    for code in codes:
        if code in CODES:
            return CODES[code]
    unconnected = (openai.APIConnectionError, APIConnectionError)
    return "unreachable" if isinstance(causes[0], unconnected) else "failed"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(MOST_CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
