"""What the person types with a client of LiveKit's: text streams `lk.chat`, into the record.

From there it is answered like every typed line, by whichever agent has the session then.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from typing import Self

import structlog
from common.tasks import Tasks
from common.text import is_blank, mend
from django.db import Error as DatabaseError
from livekit import rtc
from livekit.agents.types import TOPIC_CHAT
from voice_sessions import steps as record
from voice_sessions.actions.typed import ID_LENGTH, TEXT_LENGTH, IdInUse, SessionOver
from voice_sessions.models import Session
from voice_sessions.refusals import told

log = structlog.get_logger(__name__)
AT_ONCE = 4
MOST_A_MINUTE = 30
READ_SECONDS = 10.0
_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{ID_LENGTH}}}")


class Chat:
    """As a context it stores what the session's person types in the room, and nobody else.

    What is too long, blank or too often is left out; the log says so.
    """

    def __init__(self, room: rtc.Room, session: Session) -> None:
        self._room = room
        self._session = session
        self._tasks = Tasks()
        self._reading = 0
        self._times: deque[float] = deque(maxlen=MOST_A_MINUTE)

    async def __aenter__(self) -> Self:
        self._room.register_text_stream_handler(TOPIC_CHAT, self._on_stream)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._room.unregister_text_stream_handler(TOPIC_CHAT)
        await self._tasks.cancel()

    def _on_stream(self, reader: rtc.TextStreamReader, identity: str) -> None:
        if identity != self._session.identity or not self._may_type():
            log.info("chat_refused")
            reader.close()
            return
        self._reading += 1
        self._tasks.start(self._take(reader))

    def _may_type(self) -> bool:
        now, is_full = time.monotonic(), len(self._times) == MOST_A_MINUTE
        if self._reading >= AT_ONCE or (is_full and now - self._times[0] < 60):
            return False
        self._times.append(now)
        return True

    async def _take(self, reader: rtc.TextStreamReader) -> None:
        try:
            text = mend(await _read(reader)).strip()
            if is_blank(text) or len(text) > TEXT_LENGTH:
                log.info("chat_left_out", characters=len(text))
                return
            await self._store(text, reader.info.stream_id)
        except (TimeoutError, rtc.StreamError, IdInUse, SessionOver, DatabaseError) as error:
            log.warning("chat_not_stored", **told(error))
        finally:
            self._reading -= 1
            reader.close()

    async def _store(self, text: str, stream_id: str) -> None:
        """Stores it under the stream's id, so that two agents who read it make one line of it."""
        client_id = stream_id if _ID.fullmatch(stream_id) else ""
        who = self._session.visitor
        await record.patiently(record.say_typed, who, self._session.id, text, client_id)


async def _read(reader: rtc.TextStreamReader) -> str:
    """Returns the text of a stream, or hardly more of it than may be stored."""
    text = ""
    async with asyncio.timeout(READ_SECONDS):
        async for chunk in reader:
            text += chunk
            if len(text) > 2 * TEXT_LENGTH:
                break
    return text
