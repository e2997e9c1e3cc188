"""Where the record is kept, and how its database is spoken to."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import cast

from django.core.exceptions import ImproperlyConfigured

from .environment import env, refuse, text
from .private import private_database, private_folder
from .secret import Secret

_SQLITE = {
    "timeout": 10,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
SQLITE_KEPT_SECONDS = 60
"""How long a thread keeps its connection: opening one costs more than most of what is asked."""
_POSTGRESQL = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    # A pool that has given up reconnecting tries again only when whoever waits has given up too.
    "pool": {"min_size": 1, "max_size": 12, "timeout": 3, "reconnect_timeout": 2},
}


def database(folder: Path) -> dict[str, object]:
    """Returns Django's settings of the record: DATABASE_URL, or SQLite in the folder.

    Ends the process where the URL cannot be read.
    """
    url = text("DATABASE_URL")
    if not url:
        private_folder(folder)
        url = f"sqlite:///{folder / 'voice-agent.sqlite3'}"
    try:
        with warnings.catch_warnings(action="error"):
            found: dict[str, object] = dict(env.db_url_config(url))
    except (ImproperlyConfigured, ValueError, UserWarning):
        refuse(
            "DATABASE_URL cannot be read; set it to postgres://… or sqlite:///…, or leave it out."
        )
    options = cast(dict[str, object], found.get("OPTIONS", {}))  # such as ?sslmode=require
    found["PASSWORD"] = Secret(found.get("PASSWORD") or "")
    if str(found["ENGINE"]).endswith("sqlite3"):
        if (name := str(found["NAME"])) != ":memory:":
            private_database(Path(name))
        return {**found, "OPTIONS": _SQLITE, "CONN_MAX_AGE": SQLITE_KEPT_SECONDS}
    return {
        **found,
        "ENGINE": "config.postgresql",
        "OPTIONS": {**_POSTGRESQL, **options},
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # with a pooler each transaction may be elsewhere
    }
