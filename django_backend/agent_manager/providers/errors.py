"""What may go wrong with a service, in one vocabulary for every provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from livekit.agents import APIError

T = TypeVar("T")

Reason = Literal[
    "unreachable",
    "certificate",
    "moved",
    "slow",
    "refused",
    "limited",
    "failed",
    "rejected",
    "empty",
    "filtered",
    "wrong_answer",
]
"""Why a request gave nothing: no connection; a certificate that is not accepted; a redirect to
another host; no answer in time; the key refused; over its limit; a failure on its side; a request
that it does not take; an answer with nothing in it; one that a content filter cut; no answer of the
kind that was asked for (a web page, another format, an error in the middle of a stream)."""


class ServiceError(APIError):
    """A request to a service that gave nothing of use.

    It carries nobody's words: not the request, not the answer. `status` is HTTP's, 0 without one;
    `field` is the part of request or answer that was wrong, `host` the server's.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        status: int = 0,
        field: str = "",
        host: str = "",
        retryable: bool = False,
    ) -> None:
        super().__init__(reason, retryable=retryable)
        self.reason: Reason = reason
        self.status = status
        self.field = field
        self.host = host


async def as_told(request: Callable[..., Awaitable[T]], *args: object, **kwargs: object) -> T:
    """Makes a request of a plugin; raises the ServiceError below what the plugin makes of it."""
    try:
        return await request(*args, **kwargs)
    except APIError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ServiceError):
                cause.retryable = cause.retryable and error.retryable
                raise cause from cause.__cause__
            cause = cause.__cause__ or cause.__context__
        raise
