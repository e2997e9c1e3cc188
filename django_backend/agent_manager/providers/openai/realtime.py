"""The realtime transcription socket of OpenAI's API, which survives what servers do with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from config.providers.registry import OPENAI_API
from config.services import Service
from livekit.plugins import openai

from agent_manager.providers.causes import code_of, refusal, service_error
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.sockets import socket_session
from agent_manager.providers.openai.transcriptions import host_of

SERVER_SILENCE_MS = 200
"""Milliseconds of silence after which a streaming STT server settles what it heard."""
TRANSCRIPTION = "conversation.item.input_audio_transcription"
DELTA, COMPLETED = f"{TRANSCRIPTION}.delta", f"{TRANSCRIPTION}.completed"
FAILED = f"{TRANSCRIPTION}.failed"
MOST_OPEN_ITEMS = 8
MOST_OPEN_LETTERS = 4_000
"""Of utterances that are not settled yet, and of the words of each, that much is kept."""
STATUS_OF_CODE = {"invalid_api_key": 401, "rate_limit_exceeded": 429, "insufficient_quota": 429}
"""What OpenAI's realtime socket says in an error event, where HTTP would have a status."""


class RealtimeSTT(openai.STT):
    """openai.STT with a socket that says nothing wrong: see `Socket`.

    `on_failed` is called when the server could not transcribe an utterance, `on_words` with the
    words so far of the one that is not settled, each time that they change.
    """

    def __init__(
        self,
        service: Service,
        language: str,
        on_failed: Callable[[], None],
        on_words: Callable[[str], None],
    ) -> None:
        super().__init__(
            model=service.model,
            client=client_of(service),
            language=language,
            use_realtime=True,
            turn_detection={"type": "server_vad", "silence_duration_ms": SERVER_SILENCE_MS},
        )
        self._service = service
        self._on_failed = on_failed
        self._on_words = on_words

    async def aclose(self) -> None:
        """Closes the sockets, and what they were opened with."""
        await super().aclose()
        if self._session is not None:
            await self._session.close()

    def _ensure_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = socket_session(self._service)
        return self._session

    async def _connect_ws(self, timeout: float) -> aiohttp.ClientWebSocketResponse:  # noqa: ASYNC109
        url = address(self._service)
        try:
            async with asyncio.timeout(timeout):
                socket = await self._ensure_session().ws_connect(url)
        except aiohttp.WSServerHandshakeError as error:
            raise refusal(error.status, host=host_of(self._service)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise service_error(error, host_of(self._service)) from error
        host = host_of(self._service)
        return Socket(socket, host, self._on_failed, self._on_words)  # type: ignore[return-value]


class Socket:
    """A socket as the plugin uses it, from which only events come that the plugin can read.

    The plugin ends a session's hearing at what it does not know and says nothing of utterances
    that failed. Words so far it tells twice a second at most, which is too late to guess on.
    """

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        host: str,
        on_failed: Callable[[], None],
        on_words: Callable[[str], None],
    ) -> None:
        self._socket = socket
        self._host = host
        self._on_failed = on_failed
        self._on_words = on_words
        self._open = WordsSoFar()

    @property
    def close_code(self) -> int | None:
        """The code with which the socket was closed."""
        return self._socket.close_code

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._socket.closed

    async def send_json(self, message: Mapping[str, Any]) -> None:
        """Sends one event."""
        await self._socket.send_json(message)

    async def close(self) -> bool:
        """Closes the socket."""
        return await self._socket.close()

    async def receive(self) -> aiohttp.WSMessage:
        """Returns the next event that the plugin can read, or the end of the socket.

        Raises ServiceError for an error event and for an end that nobody asked for.
        """
        while True:
            message = await self._socket.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                if message.type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.BINARY):
                    raise ServiceError("wrong_answer", field="socket", host=self._host)
                return message
            event = _event(message.data)
            kind = event.get("type")
            if kind == "error":
                raise self._error(event)
            if self._open.heard(event):
                self._on_words(self._open.words)
            if kind == FAILED:
                self._on_failed()
            elif isinstance(kind, str):
                return message

    def _error(self, event: Mapping[str, Any]) -> ServiceError:
        code = code_of(event)
        return refusal(STATUS_OF_CODE.get(code, 500), code, host=self._host)


class WordsSoFar:
    """The words so far of what a server has not settled yet."""

    def __init__(self) -> None:
        self._items: dict[str, str] = {}

    @property
    def words(self) -> str:
        """The words, "" while there are none or those of several utterances."""
        return next(iter(self._items.values())) if len(self._items) == 1 else ""

    def heard(self, event: Mapping[str, Any]) -> bool:
        """Takes in what an event says of them, and says whether it has more of them."""
        kind, item = event.get("type"), event.get("item_id", "")
        if kind == DELTA and (delta := event.get("delta")):
            so_far = self._items.get(item, "")
            if len(so_far) < MOST_OPEN_LETTERS:
                self._items[item] = so_far + delta
            if len(self._items) > MOST_OPEN_ITEMS:
                del self._items[next(iter(self._items))]
            return True
        if kind in (COMPLETED, FAILED):
            self._items.pop(item, None)
        return False


def address(service: Service) -> str:
    """The URL of the socket; gateways want the model there, OpenAI itself does not.

    It begins with http, as proxies want it.
    """
    query = {"intent": "transcription"}
    if host_of(service) != urlsplit(OPENAI_API).hostname:
        query["model"] = service.model
    return f"{service.base_url.rstrip('/')}/realtime?{urlencode(query)}"


def _event(text: str) -> Mapping[str, Any]:
    """The event, {} where it is none that can be read."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) and _is_readable(event) else {}


def _is_readable(event: Mapping[str, Any]) -> bool:
    """Whether its words are words: the plugin adds them up as they come."""
    return all(isinstance(event.get(key, ""), str) for key in ("delta", "transcript", "item_id"))
