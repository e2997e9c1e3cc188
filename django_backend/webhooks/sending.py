"""One attempt: a message as it is sent, and what its receiver made of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2 as httpx  # what outgoing.client is built on
from outgoing.client import client
from outgoing.guard import PrivateAddress
from vault.sealing import unseal

from webhooks import payloads, signing
from webhooks.backoff import asked_pause
from webhooks.claims import Claim, Outcome
from webhooks.models import Reason

SECONDS = 15.0
"""After which an attempt has failed."""
PURPOSE = "webhook"
"""For which the secrets of webhooks are sealed."""
GONE = 410
ASKS_FOR_PAUSE = (429, 503)


@dataclass(frozen=True)
class Letter:
    """A message as it is sent: its address, its headers and its bytes."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def letter(claim: Claim) -> Letter:
    """Returns the message, signed for this attempt; raises NothingToTell and Unreadable."""
    body = payloads.body(claim.message_id)
    opened = [unseal(sealed, PURPOSE).reveal() for sealed in claim.sealed]
    signed = signing.headers(claim.message_id, int(time.time()), body, opened)
    headers = {"content-type": "application/json", "user-agent": "voice-agent-webhooks/1"}
    return Letter(claim.url, {**headers, **signed}, body)


async def send(message: Letter) -> Outcome:
    """Returns what became of the message; what the receiver writes in its answer is not read.

    Each has a connection of its own, so that none waits for a slow one's.
    """
    headers = dict(message.headers)
    try:
        async with (
            asyncio.timeout(SECONDS),
            client(seconds=SECONDS, redirects=0) as http,
            http.stream("POST", message.url, content=message.body, headers=headers) as response,
        ):
            return _outcome(response)
    except PrivateAddress:
        return Outcome(reason=Reason.PRIVATE)
    except (TimeoutError, httpx.TimeoutException):
        return Outcome(reason=Reason.TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return Outcome(reason=Reason.UNREACHABLE)


def _outcome(response: httpx.Response) -> Outcome:
    status = response.status_code
    if response.is_success:
        return Outcome(status)
    if status == GONE:
        return Outcome(status, Reason.GONE)
    asks = status in ASKS_FOR_PAUSE
    asked = asked_pause(response.headers.get("retry-after", "")) if asks else 0.0
    is_redirect = 300 <= status < 400
    return Outcome(status, Reason.REDIRECT if is_redirect else Reason.STATUS, asked)
