"""Which failures no second try mends: the record will not take this, however often it is asked."""

from __future__ import annotations

from django.db import DataError, IntegrityError, NotSupportedError
from django.db import Error as DatabaseError

_SQL_CLASSES = ("22", "23", "54")
"""PostgreSQL's errors about a value, about a constraint, and about what is too large for it."""


def is_refusal(error: Exception) -> bool:
    """Returns whether the value itself was refused, rather than a database being away or busy."""
    if isinstance(error, DataError | IntegrityError | NotSupportedError):
        return True
    if isinstance(error, DatabaseError):
        return str(getattr(error.__cause__, "sqlstate", "")).startswith(_SQL_CLASSES)
    return isinstance(
        error, ValueError | TypeError | ArithmeticError | LookupError | RecursionError
    )


def told(error: Exception) -> dict[str, str]:
    """Returns what a line of the log may say of an error: its own sentence may quote words."""
    state = getattr(error.__cause__, "sqlstate", "") or ""
    return {"error": type(error).__name__, "sqlstate": str(state)}
