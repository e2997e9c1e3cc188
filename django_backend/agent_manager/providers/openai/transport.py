"""How requests travel to one service: by its proxy, patiently, and to no other host."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import httpx2 as httpx  # what openai and the plugins are built on
from common.certificates import tls
from common.origins import PORTS
from common.redirects import MOST_REDIRECTS, next_address
from config.services import Service
from outgoing.guard import check_name, guarded
from outgoing.hosts import is_allowed

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.patience import USUAL_SECONDS, Patience, patience_with

KEPT_SECONDS = 60.0
LIMITS = httpx.Limits(
    max_connections=50, max_keepalive_connections=50, keepalive_expiry=KEPT_SECONDS
)
FRESH_SECONDS = 20.0
"""How long after an answer a connection is taken to work: networks forget idle ones silently."""
LOST = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
"""What is raised when a connection ends before its answer begins."""
SUBSTANCE = re.compile(
    rb'"(?:content|reasoning\w*|arguments|name|delta|audio|text|partial_json)": ?["\[][^"\]]'
)
"""In an event stream the first that is more than a role: some servers send that at once, and then
load their model."""
IS_WAKING: ContextVar[bool] = ContextVar("is_waking", default=False)
"""Whether a request is only to load the model: how soon that is answered says nothing of how long a
person's own question takes."""
IS_ASIDE: ContextVar[bool] = ContextVar("is_aside", default=False)
"""Whether no person waits for a request: it may take as long as one that loads the model, and that
says nothing of how long a person's own question takes."""
KEEPS_METHOD = (301, 302, 307, 308)


class ServiceTransport(httpx.AsyncBaseTransport):
    """The connections to one service. What fails is raised as ServiceError.

    Redirects are followed within the origin, with method, body and key. The time-outs that callers
    pass count for nothing: the plugins pass 30 s with each request.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._patience = patience_with(service)
        self._ways: dict[str, httpx.AsyncHTTPTransport] = {}
        self._answered_at = 0.0
        self.expected = 0
        """How many people speak whose question will need a connection."""
        self.is_opening = False
        """Whether connections are being opened ahead of questions."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Returns the answer once it has begun."""
        await request.aread()
        for _attempt in range(MOST_REDIRECTS):
            response = await self._ask(request)
            if not response.has_redirect_location:
                return response
            await response.aclose()
            request = _moved(request, response)
        raise ServiceError("moved", host=request.url.host)

    @property
    def ready(self) -> int:
        """How many connections are open that requests could use at once."""
        pools = [way._pool for way in self._ways.values()]
        return sum(
            connection.is_idle() and not connection.has_expired()
            for pool in pools
            for connection in pool.connections
        )

    @property
    def is_fresh(self) -> bool:
        """Whether an answer came lately, so that open connections are known to work."""
        return time.monotonic() - self._answered_at < FRESH_SECONDS

    async def aclose(self) -> None:
        """Closes all connections."""
        for way in self._ways.values():
            await way.aclose()

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        is_aside = IS_ASIDE.get()
        is_question = request.method == "POST" and not (IS_WAKING.get() or is_aside)
        patience = self._patience.first_byte if is_aside else self._patience.seconds
        seconds = USUAL_SECONDS if request.method == "GET" else patience
        due = asyncio.get_running_loop().time() + seconds
        limits = dict.fromkeys(("connect", "pool", "write"), USUAL_SECONDS)
        request.extensions = {**request.extensions, "timeout": {**limits, "read": None}}
        host = request.url.host
        with _as_service_error(host, self._patience if is_question else None, seconds):
            async with asyncio.timeout_at(due):
                response = await self._answer_to(request)
        self._answered_at = time.monotonic()
        assert isinstance(response.stream, httpx.AsyncByteStream)
        if is_question and response.is_success:
            is_events = response.headers.get("content-type", "").startswith("text/event-stream")
            answer = Answer(response.stream, host, self._patience, due, seconds, is_events)
        else:
            answer = Answer(response.stream, host, None, due, seconds, False)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=answer,
            extensions=response.extensions,
        )

    async def _answer_to(self, request: httpx.Request) -> httpx.Response:
        """Asks, and once more at once where the connection ends before the answer begins.

        What is asked changes nothing at the service, so that it may be asked twice. Other idle
        connections were lost with that one: they are closed, and a new one is opened.
        """
        way = await self._way(request.url)
        try:
            return await way.handle_async_request(request)
        except LOST:
            for connection in way._pool.connections:
                if connection.is_idle():
                    await connection.aclose()
            return await way.handle_async_request(request)

    async def _way(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = self._service.proxies.of(str(url))
        if proxy and self._service.guarded:
            await check_name(url.host, url.port or PORTS[url.scheme], is_allowed)
        if proxy not in self._ways:
            way = httpx.AsyncHTTPTransport(verify=tls(), limits=LIMITS, proxy=proxy or None)
            if self._service.guarded and not proxy:
                guarded(way, is_allowed)
            self._ways[proxy] = way
        return self._ways[proxy]


class Answer(httpx.AsyncByteStream):
    """An answer's body: its first byte may take until `due`, each later one the usual time."""

    def __init__(
        self,
        stream: httpx.AsyncByteStream,
        host: str,
        patience: Patience | None,
        due: float,
        seconds: float,
        is_events: bool,
    ) -> None:
        self._stream = stream
        self._host = host
        self._patience = patience
        self._due = due
        self._seconds = seconds
        self._is_events = is_events

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces, clock = aiter(self._stream), asyncio.get_running_loop().time
        has_begun, beginning = False, b""
        while True:
            due = clock() + USUAL_SECONDS
            waits_for = None if has_begun else self._patience
            with _as_service_error(self._host, waits_for, self._seconds):
                async with asyncio.timeout_at(due if has_begun else max(due, self._due)):
                    piece = await anext(pieces, None)
            if not has_begun:
                beginning = (beginning + (piece or b""))[-4096:]
                has_begun = piece is None or not self._is_events
                has_begun = has_begun or bool(SUBSTANCE.search(beginning))
                if has_begun and self._patience:
                    self._patience.answered(clock() - self._due + self._seconds)
            if piece is None:
                return
            yield piece

    async def aclose(self) -> None:
        """Hangs up."""
        await self._stream.aclose()


@contextmanager
def _as_service_error(host: str, patience: Patience | None, seconds: float) -> Iterator[None]:
    """Raises what goes wrong as ServiceError; one that has had its full time is not asked again."""
    try:
        yield
    except (TimeoutError, httpx.TransportError) as error:
        found = service_error(error, host)
        if _is_of_certificate(error):
            found = ServiceError("certificate", host=host)
        if found.reason == "slow":
            found.retryable = seconds <= USUAL_SECONDS
            if patience is not None:
                patience.stayed_silent()
        raise found from error


def _is_of_certificate(error: BaseException | None) -> bool:
    """Whether the other side's certificate is below it; httpcore hides that from tracebacks."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _moved(request: httpx.Request, response: httpx.Response) -> httpx.Request:
    """Returns the same request to where it is sent; to another host nothing goes."""
    address = next_address(str(request.url), response.headers["location"])
    if not address or (response.status_code not in KEEPS_METHOD and request.method != "GET"):
        raise ServiceError("moved", status=response.status_code, host=request.url.host)
    headers = httpx.Headers(request.headers)
    headers["host"] = httpx.URL(address).netloc.decode("ascii")
    return httpx.Request(
        request.method,
        address,
        headers=headers,
        content=request.content,
        extensions=request.extensions,
    )
