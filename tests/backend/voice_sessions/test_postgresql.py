"""What only PostgreSQL is asked to do."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_no_question_and_no_lock_is_waited_for_without_end() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has its own time limit")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
        )
        assert cursor.fetchone() == ("10s", "5s")
