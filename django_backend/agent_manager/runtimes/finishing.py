"""The end of a session on behalf of a runtime, which goes on whatever comes of it."""

from __future__ import annotations

import structlog
from voice_sessions import steps as record
from voice_sessions.refusals import told

log = structlog.get_logger(__name__)


async def finish_or_leave(session_id: str) -> None:
    """Ends a session that is ending; one that cannot be ended now is left to the supervisors."""
    try:
        await record.finish(session_id)
    except Exception as error:
        log.error("session_not_finished", session_id=session_id, **told(error))
