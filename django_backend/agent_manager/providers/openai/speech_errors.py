"""What an error of the client of OpenAI's API says about a voice service."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx2 as httpx
import openai

from agent_manager.providers.errors import Reason, ServiceError


def error_of(error: Exception, host: str) -> ServiceError:
    """The same failure in our vocabulary; it carries no words of request or answer."""
    if isinstance(error, ServiceError):
        error.host = error.host or host
        return error
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, host)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException | TimeoutError):
        return ServiceError("slow", host=host, retryable=True)
    if isinstance(error, openai.APIConnectionError | httpx.ConnectError):
        return ServiceError(_of_connection(error), host=host, retryable=True)
    if isinstance(error, httpx.TransportError):
        return ServiceError("failed", host=host, retryable=True)
    return ServiceError("rejected", field=type(error).__name__, host=host)


def _of_status(status: int, host: str) -> ServiceError:
    reasons: dict[int, Reason] = {401: "refused", 403: "refused", 429: "limited", 504: "slow"}
    reason = reasons.get(status)
    if reason is None:
        reason = "failed" if status >= 500 else "moved" if status < 400 else "rejected"
    return ServiceError(reason, status=status, host=host, retryable=status >= 500 or status == 429)


def _of_connection(error: BaseException) -> Reason:
    """An answer that broke off is a failure of its server, not a lack of a connection."""
    causes = list(_chain(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "certificate"
    if any("certificate verify failed" in str(cause).lower() for cause in causes):
        return "certificate"
    broke_off = httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError
    if any(isinstance(cause, broke_off) for cause in causes):
        return "failed"
    return "unreachable"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
