"""Whether the record's database can be used at all."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def database_trouble() -> str:
    """Returns a sentence when the database is away or lacks migrations, else an empty string."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"The database cannot be reached ({type(error).__name__}); check DATABASE_URL."
    finally:
        connection.close()
    if pending:
        return "The database lacks migrations; run `python manage.py migrate` in django_backend."
    return ""
