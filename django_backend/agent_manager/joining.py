"""Sessions that start when their person has joined, as the person's token says.

The token carries what `POST /session` would be told, sealed: whoever has it can neither read nor
change that. LiveKit shows it to us again as an attribute of the person in the room.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import structlog
from agents.queries import UnknownAgent
from agents.steps import offered
from common.tasks import Tasks
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import Error as DatabaseError
from media_server.errors import LIVEKIT_ERRORS
from media_server.names import livekit_room_name
from media_server.rooms import Pass, View
from voice_sessions import steps as record
from voice_sessions.actions.sessions import NewSession, RoomInUse
from voice_sessions.limits import TooManySessions

from agent_manager.manager import manager
from agent_manager.runtimes.base import AgentUnavailable

log = structlog.get_logger(__name__)
REFUSALS = (TooManySessions, RoomInUse, UnknownAgent, AgentUnavailable)


@dataclass(frozen=True)
class Start:
    """Which session starts: whose, in which of their rooms, with which agent (its slug)."""

    visitor: str
    room: str
    identity: str
    agent: str
    address: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


def sealed(start: Start) -> str:
    """Returns the start as text that only this installation can read or make."""
    return _key().encrypt(json.dumps(asdict(start)).encode()).decode()


def unsealed(text: str) -> Start | None:
    """Returns the start of such a text; None where this installation did not make it."""
    try:
        return Start(**json.loads(_key().decrypt(text)))
    except (InvalidToken, TypeError, ValueError):
        return None


class Joining:
    """Starts the sessions of people who have joined for them, one at a time in each room.

    Whoever cannot be given one now is looked at again with the next look, until they are put out
    of the room as everybody is who waits in vain.
    """

    def __init__(self) -> None:
        self._tasks = Tasks()
        self._busy: set[str] = set()

    def look(self, views: Mapping[str, View], in_use: set[str]) -> None:
        """Begins to start what is due in the rooms that no session has; returns at once."""
        for name, view in views.items():
            for identity, its in view.passes.items():
                if its.start and name not in in_use | self._busy:
                    self._busy.add(name)
                    self._tasks.start(self._start(name, identity, its))

    async def aclose(self) -> None:
        """Returns when nothing of it goes on; sessions that it has begun to start are started."""
        await self._tasks.cancel()

    async def _start(self, room: str, identity: str, its: Pass) -> None:
        try:
            await self._start_if_due(room, identity, its)
        except (*REFUSALS, *LIVEKIT_ERRORS, DatabaseError) as error:
            log.warning("joined_and_not_started", error=type(error).__name__)
        except Exception:
            log.exception("joining_failed")
        finally:
            self._busy.discard(room)

    async def _start_if_due(self, room: str, identity: str, its: Pass) -> None:
        wanted = unsealed(its.start)
        if wanted is None or (room, identity) != (
            livekit_room_name(wanted.visitor, wanted.room),
            wanted.identity,
        ):
            return
        standing = await record.room_standing(wanted.visitor, wanted.room)
        if standing.identity or its.after != standing.over:
            return
        agent = await offered(wanted.agent)
        new = NewSession(
            wanted.visitor,
            wanted.room,
            identity,
            address=wanted.address,
            revision_id=agent.revision_id,
            variables={k: v for k, v in wanted.variables.items() if k in agent.variables},
        )
        session, is_new = await manager().begin(new)
        log.info("joined_and_started", session_id=session.id, is_new=is_new)


def _key() -> Fernet:
    secret = hmac.new(settings.SECRET_KEY.encode(), b"start on joining", hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(secret.digest()))
