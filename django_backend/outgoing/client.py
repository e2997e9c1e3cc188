"""Requests to servers that operators name, which may be anybody's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2 as httpx  # what openai and the plugins are built on
from common.certificates import tls
from common.origins import PORTS, origin_of
from django.conf import settings

from outgoing.guard import check_name, guarded
from outgoing.hosts import is_allowed

MOST_REDIRECTS = 3
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=5, keepalive_expiry=5.0)
HARMLESS = ("accept", "accept-encoding", "accept-language", "user-agent")
"""Headers that go along to another host: any other may hold a secret."""
KEEPS_METHOD = (307, 308)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connections that reach no private address which no owner has allowed: see `guard`.

    A request has so many `seconds`, from its beginning to the end of its answer's body; None leaves
    that to the timeouts of the client. Redirects are followed here, so many at most and each
    guarded alike; with none of them an answer that redirects is handed on. To another host go
    neither headers that may hold a secret nor a body.
    """

    def __init__(self, seconds: float | None = None, redirects: int = MOST_REDIRECTS) -> None:
        self._seconds = seconds
        self._redirects = redirects
        self._ways: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Returns the answer once it has begun; raises httpx.TransportError, also PrivateAddress.

        Raises httpx.TooManyRedirects.
        """
        due = asyncio.get_running_loop().time() + self._seconds if self._seconds else None
        await request.aread()
        for _step in range(self._redirects + 1):
            response = await self._ask(request, due)
            if not (self._redirects and response.has_redirect_location):
                return response
            await response.aclose()
            request = _moved(request, response)
        raise httpx.TooManyRedirects("The answer is always elsewhere.", request=request)

    async def aclose(self) -> None:
        """Closes all connections."""
        for way in self._ways.values():
            await way.aclose()

    async def _ask(self, request: httpx.Request, due: float | None) -> httpx.Response:
        url = request.url
        proxy = settings.PROXIES.of(str(url))
        with _in_time():
            async with asyncio.timeout_at(due):
                if proxy:
                    port = url.port or PORTS.get(url.scheme, 0)
                    await check_name(url.raw_host.decode("ascii"), port, is_allowed)
                response = await self._way(proxy).handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Body(response.stream, due),
            extensions=response.extensions,
        )

    def _way(self, proxy: str) -> httpx.AsyncHTTPTransport:
        if proxy not in self._ways:
            way = httpx.AsyncHTTPTransport(verify=tls(), limits=LIMITS, proxy=proxy or None)
            if not proxy:
                guarded(way, is_allowed)
            self._ways[proxy] = way
        return self._ways[proxy]


class _Body(httpx.AsyncByteStream):
    """An answer's body, which has to be there when its time is over."""

    def __init__(self, stream: httpx.AsyncByteStream, due: float | None) -> None:
        self._stream = stream
        self._due = due

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while True:
            with _in_time():
                async with asyncio.timeout_at(self._due):
                    piece = await anext(pieces, None)
            if piece is None:
                return
            yield piece

    async def aclose(self) -> None:
        """Hangs up."""
        await self._stream.aclose()


def client(*, seconds: float, redirects: int = MOST_REDIRECTS) -> httpx.AsyncClient:
    """Returns a client for a few requests, each of which has so many seconds in all.

    It keeps no cookies, asks for answers that are not packed, and reads nothing of the environment.
    It has to be closed, as `async with` does.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(seconds, redirects),
        timeout=seconds,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"Accept-Encoding": "identity"},
        trust_env=False,
    )


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise httpx.ReadTimeout("The answer took too long.") from None


def _moved(request: httpx.Request, response: httpx.Response) -> httpx.Request:
    """Returns the request to where it is sent; a body goes to no other host."""
    try:
        url = request.url.join(response.headers["location"])
    except httpx.InvalidURL:
        raise httpx.RemoteProtocolError("The redirect has no address.") from None
    keeps = response.status_code in KEEPS_METHOD or request.method in ("GET", "HEAD")
    method, content = (request.method, request.content) if keeps else ("GET", b"")
    is_elsewhere = origin_of(str(url)) != origin_of(str(request.url))
    if is_elsewhere and content:
        raise httpx.RemoteProtocolError("The redirect would take the body to another host.")
    headers = {
        name: value
        for name, value in request.headers.items()
        if name != "host"
        and (name in HARMLESS or not is_elsewhere)
        and (keeps or not name.startswith("content-"))
    }
    return httpx.Request(
        method, url, headers=headers, content=content, extensions=request.extensions
    )
