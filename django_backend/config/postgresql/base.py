"""Django's PostgreSQL with time limits that a pooler such as PgBouncer lets through too."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

LIMITS = {"statement_timeout": "10s", "lock_timeout": "5s"}
_SET = "SELECT " + ", ".join(f"set_config('{name}', '{to}', false)" for name, to in LIMITS.items())


class DatabaseWrapper(base.DatabaseWrapper):
    """Sets the limits when a connection is there: PgBouncer refuses the option `-c` at its start.

    In transaction mode they stay with the connection behind the pooler on which they were set.
    Prepared statements are off by Django's default, and no cursor outlives a transaction.
    """

    def _configure_connection(self, connection: Any) -> bool:
        super()._configure_connection(connection)  # type: ignore[misc]
        with connection.cursor() as cursor:
            cursor.execute(_SET)
        return True
