"""A visitor as the page is one: a cookie from the site, a short-lived token for the backend."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import jwt
from support.person import in_room
from websockets.asyncio.client import ClientConnection, connect

SUBPROTOCOL = "voice-agent.v1"
RENEW_BEFORE = 60.0
REQUEST_SECONDS = 20.0
HERE = "127.0.0.1"
"""The proxy's own address, from which most people come."""


class Visitor:
    """One browser's standing at the site; certificates are taken as they come.

    `address` is what it comes from, and `backend` where the backend is when it has its own origin.
    """

    def __init__(self, origin: str, address: str = HERE, backend: str = "") -> None:
        self.origin = origin.rstrip("/")
        self.address = address
        self._backend = backend or self.origin
        self._http = httpx.AsyncClient(
            base_url=self.origin,
            transport=httpx.AsyncHTTPTransport(verify=False, local_address=address),
            timeout=REQUEST_SECONDS,
        )
        self._token = ""
        self._expires_at = 0.0

    async def enter(self) -> None:
        """Opens the page, which gives the cookie, and gets the first token."""
        (await self._http.get("/chat")).raise_for_status()
        await self.renew()

    async def token(self) -> str:
        """A token that is good for another minute at least."""
        if time.time() > self._expires_at - RENEW_BEFORE:
            await self.renew()
        return self._token

    async def renew(self) -> str:
        """A new token."""
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        answer = (await self._http.post("/visitor-token", headers=headers)).raise_for_status()
        body = answer.json()
        self._token = str(body["token"])
        self._expires_at = datetime.fromisoformat(body["expires_at"]).timestamp()
        return self._token

    async def request(self, method: str, path: str, body: object = None) -> httpx.Response:
        """The backend's answer, whatever its status; a refused token is renewed once."""
        answer = await self._send(method, path, body, await self.token())
        if answer.status_code == 401:
            answer = await self._send(method, path, body, await self.renew())
        return answer

    async def socket(self, session_id: str, after: int, **options: Any) -> ClientConnection:
        """An open socket to the session's events after that number."""
        address = f"ws{self._backend[4:]}/ws/transcript/{session_id}?after={after}"
        secure = {"ssl": careless_tls()} if address.startswith("wss") else {}
        return await connect(
            address,
            subprotocols=[SUBPROTOCOL, await self.token()],  # type: ignore[list-item]
            origin=self.origin,  # type: ignore[arg-type]
            proxy=None,
            local_addr=(self.address, 0),
            **{"ping_interval": 20, "ping_timeout": 10, "close_timeout": 2, **secure, **options},
        )

    async def grant(self, room: str, identity: str) -> tuple[str, str, str]:
        """What joins a room: the media server's address, a token, the room's name there."""
        path = f"/token?room={room}&identity={identity}"
        body = (await self.request("GET", path)).raise_for_status().json()
        claims = jwt.decode(body["token"], options={"verify_signature": False})
        return body["server_url"], body["token"], claims["video"]["room"]

    @asynccontextmanager
    async def silently_in(self, room: str, identity: str) -> AsyncIterator[None]:
        """The visitor is in the room for the block, as the page is before it asks for a session."""
        server_url, token, _ = await self.grant(room, identity)
        async with in_room(server_url, token):
            yield

    async def leave(self) -> None:
        """Closes what is open."""
        await self._http.aclose()

    async def _send(self, method: str, path: str, body: object, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self._http.request(method, self._backend + path, json=body, headers=headers)


def careless_tls() -> ssl.SSLContext:
    """TLS that takes any certificate, because the cluster signs its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
