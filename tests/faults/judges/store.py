"""The record as PostgreSQL has it, read past the product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row
from voice_sessions.events import timestamp

CONNECT_SECONDS = 5


class Store:
    """Reads what is stored; each question has its own connection, because the server is killed."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    async def events(self, session_id: str) -> list[dict[str, Any]]:
        """The session's events as sockets should get them, by number."""
        rows = await self._rows(
            "SELECT seq, payload, at FROM voice_sessions_event WHERE session_id = %s ORDER BY seq",
            [session_id],
        )
        return [{**row["payload"], "seq": row["seq"], "at": timestamp(row["at"])} for row in rows]

    async def pieces(self, session_id: str) -> list[dict[str, Any]]:
        """The pieces of the session's recording, in order."""
        question = (
            "SELECT * FROM voice_sessions_piece WHERE session_id = %s ORDER BY generation, number"
        )
        return await self._rows(question, [session_id])

    async def session(self, session_id: str) -> dict[str, Any]:
        """The session's row."""
        return (await self.sessions([session_id]))[0]

    async def sessions(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """The rows of these sessions, those that are there."""
        question = "SELECT * FROM voice_sessions_session WHERE id = ANY(%s)"
        return await self._rows(question, [list(ids)])

    async def not_ended(self) -> list[str]:
        """Every session that has not ended."""
        rows = await self._rows("SELECT id FROM voice_sessions_session WHERE state <> 'ended'", [])
        return [row["id"] for row in rows]

    async def seats(self) -> int:
        """How many sessions the workers that reported lately can hold."""
        rows = await self._rows(
            "SELECT coalesce(sum(seats), 0) AS seats FROM voice_sessions_worker"
            " WHERE seen_at > now() - interval '5 seconds' AND NOT is_draining",
            [],
        )
        return int(rows[0]["seats"])

    async def holding_workers(self) -> list[int]:
        """The processes of the workers that report sessions."""
        rows = await self._rows(
            "SELECT pid FROM voice_sessions_worker WHERE sessions > 0"
            " AND seen_at > now() - interval '5 seconds'",
            [],
        )
        return [int(row["pid"]) for row in rows]

    async def _rows(self, question: str, values: list[Any]) -> list[dict[str, Any]]:
        connection = await psycopg.AsyncConnection.connect(
            self._url, connect_timeout=CONNECT_SECONDS, row_factory=dict_row
        )
        async with connection, connection.cursor() as cursor:
            await cursor.execute(question, values)  # type: ignore[arg-type]
            return await cursor.fetchall()
