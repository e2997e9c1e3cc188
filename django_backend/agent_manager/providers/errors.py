"""What may go wrong with a service, in one vocabulary for every provider."""

from __future__ import annotations

import re
from typing import Literal

from livekit.agents import APIError

Reason = Literal[
    "unreachable",
    "private",
    "certificate",
    "moved",
    "unsendable",
    "slow",
    "loading",
    "stopped",
    "refused",
    "limited",
    "unpaid",
    "failed",
    "rejected",
    "too_long",
    "broken_off",
    "web_page",
    "wrong_answer",
    "empty",
    "filtered",
    "only_thought",
    "only_tool_call",
    "not_installed",
]
"""Why a request gave nothing: no connection; a private address that no owner has allowed; a
certificate that is not accepted; a redirect to
another host; a key or an address that no request can carry; no answer in time; a model that is
still being loaded; one that died and is being started again; the key refused; over its limit; no
credit left; a failure on its side; a request that it does not take; one that is longer than its
model can read; an answer that broke off; a web page; another answer that is not of the kind that
was asked for; one with nothing in it; one that a content filter cut; one of reasoning alone; one
that calls a tool that nobody offered."""

_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,60}")


class ServiceError(APIError):
    """A request to a service that gave nothing of use.

    It carries nobody's words: not the request, not the answer. `status` is HTTP's, 0 without one;
    `field` is the part of request or answer that was wrong, or the server's code for it; `host` is
    the server's and `request_id` its own id of the request. `midway` says that a part of the answer
    was passed on before.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        status: int = 0,
        field: str = "",
        host: str = "",
        request_id: str = "",
        retryable: bool = False,
    ) -> None:
        super().__init__(reason, retryable=retryable)
        self.reason: Reason = reason
        self.status = status
        self.field = name_or_nothing(field)
        self.host = host
        self.request_id = name_or_nothing(request_id)
        self.midway = False


def name_or_nothing(value: object) -> str:
    """The text when it is a name, as codes and ids are; "" when it may be words."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""
