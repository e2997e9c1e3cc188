"""A session's place in the language model of the offline server, which is warm when it is needed.

The server's routes are `POST /v1/local/sessions` and `DELETE /v1/local/sessions/{key}`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Literal

import structlog
from common.tasks import Tasks
from config.services import Service
from django.utils.crypto import salted_hmac
from voice_sessions.events import LocalLanguage, Message

from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import name_or_nothing
from agent_manager.providers.openai.client import client_of
from agent_manager.providers.openai.transport import IS_WAKING

log = structlog.get_logger(__name__)
ASK_SECONDS = 3.0
LEAVE_SECONDS = 0.5
KEY_LENGTH = 32
NO_ROUTE = 404
WHO: Mapping[object, Literal["model", "script"]] = {"model": "model", "script": "script"}
Beginning = Mapping[str, Any]
"""What requests of a conversation begin with: `messages`, and the `tools` of its agent."""


def place_key(service: Service, session_id: str) -> str:
    """The session's key with the offline server, the same for each of its agents; "" elsewhere.

    It tells nothing of the session's id, which is a secret of its person.
    """
    if not service.offline:
        return ""
    return salted_hmac("local_head.place", session_id, algorithm="sha256").hexdigest()[:KEY_LENGTH]


class LocalHead:
    """Takes a place for a session's key and gives it back; a context manager.

    Nothing waits for it and nothing fails with it: without a place the server replies all the same.
    Who is going to reply is emitted as `local_language`, where the server tells. Of another server
    there is nothing to take.
    """

    def __init__(self, service: Service, session_id: str, emit: Callable[[Message], None]) -> None:
        self._service = service
        self._key = place_key(service, session_id)
        self._emit = emit
        self._tasks = Tasks()
        self._may_be_held = False
        self._is_model = False
        self._reading: asyncio.Task[object] | None = None
        self.is_handed_over = False
        """Whether another agent of the session has the place by now."""

    async def __aenter__(self) -> LocalHead:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.leave()

    def take(self, asked: Beginning) -> None:
        """Asks for a place and has the beginning of the conversation read ahead."""
        if self._key:
            self._may_be_held = True
            self._tasks.start(self._take(asked))

    def read_along(self, asked: Callable[[], Beginning]) -> None:
        """Has the model read what was said up to now, so that less is left when the turn is over.

        Only where the model has the place, and until the server has taken the last of these.
        """
        if self._is_model and (self._reading is None or self._reading.done()):
            self._reading = self._tasks.start(self._ask(asked()))

    async def leave(self) -> None:
        """Gives the place back, in half a second; what the server does not hear, it notices."""
        await self._tasks.cancel()
        if not self._may_be_held or self.is_handed_over:
            return
        self._may_be_held = False
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                path = f"/local/sessions/{self._key}"
                await client_of(self._service).delete(path, cast_to=object)
        except Exception as error:
            log.info("local_place_not_left", reason=service_error(error).reason)

    async def _take(self, asked: Beginning) -> None:
        answer = await self._ask(asked)
        if isinstance(answer, dict) and (by := WHO.get(answer.get("head"))):
            self._is_model = by == "model"
            self._emit(LocalLanguage(by=by, reason=_code(answer)))

    async def _ask(self, asked: Beginning) -> object:
        """What the server says of the place; None when it says nothing."""
        IS_WAKING.set(True)
        body = {"key": self._key, **asked}
        try:
            async with asyncio.timeout(ASK_SECONDS):
                path = "/local/sessions"
                return await client_of(self._service).post(path, cast_to=object, body=body)
        except Exception as error:
            found = service_error(error)
            self._may_be_held = found.status != NO_ROUTE
            log.info("local_place_not_taken", reason=found.reason, status=found.status)
            return None


def _code(answer: Mapping[str, Any]) -> str:
    """The reason as a code that the record takes; "" where it is none."""
    code = name_or_nothing(answer.get("reason"))
    return code if code.replace("_", "").isalnum() and code.islower() else ""
