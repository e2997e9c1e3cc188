"""The record behind PgBouncer in transaction mode, where each transaction may be elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from support.groups import starts_programs
from support.ports import free_port
from support.processes import ROOT, Process
from support.waiting import until

from scripts.cluster import stores

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
BACKEND = ROOT / "django_backend"
CONFIG = """\
[databases]
* = host=127.0.0.1 port={postgres}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {users}
pool_mode = transaction
default_pool_size = 2
"""
SESSIONS = """\
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import connection, connections
from voice_sessions.actions import event_log, generations, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final, Speech
from voice_sessions.models import Event, Session

def one(number):
    session, _ = sessions.start(sessions.NewSession("visitor", f"room {number}", "ada"))
    generations.claim(session.id, 1)
    sessions.activate(session.id, 1)
    for turn in range(10):
        started = Speech(role="user", event="speech_started", segment=f"s{turn}")
        event_log.append(session.id, 1, started)
        event_log.append(session.id, 1, Final(role="user", text="Hello.", segment=f"s{turn}"))
        generations.beat(session.id, 1, [])
    sessions.end(session.id, EndReason.STOPPED)
    sessions.finish(session.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (limit,) = cursor.fetchone()
    connection.close()
    return limit

with ThreadPoolExecutor(8) as pool:
    limits = set(pool.map(one, range(16)))
print(Session.objects.filter(state="ended").count(), Event.objects.count(), *limits)
connections["default"].close_pool()
"""

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed"),
]


@pytest.fixture
@starts_programs
def pooled(tmp_path: Path) -> Iterator[str]:
    """The address of a database through PgBouncer."""
    with stores.running(tmp_path) as settings:
        direct = settings["DATABASE_URL"]
        parts, port = urlsplit(direct), free_port()
        users, config = tmp_path / "users.txt", tmp_path / "pgbouncer.ini"
        users.write_text(f'"{parts.username}" "{parts.password}"')
        config.write_text(CONFIG.format(postgres=parts.port, port=port, users=users))
        readable(tmp_path, users, config)
        with Process([str(PGBOUNCER), *as_nobody(), str(config)]) as process:
            url = direct.replace(f":{parts.port}/", f":{port}/")
            until(lambda: connects(url), seconds=20, what=f"PgBouncer answers: {process.output()}")
            yield url


def readable(*paths: Path) -> None:
    """Lets PgBouncer read it, which refuses to run as root."""
    for path in paths:
        path.chmod(0o755)
    for above in paths[0].parents[:3]:
        above.chmod(0o755)


def as_nobody() -> list[str]:
    return ["-u", "nobody"] if os.geteuid() == 0 else []


def connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_sessions_go_on_and_end_on_two_connections_for_many(pooled: str, tmp_path: Path) -> None:
    env = {"DEBUG": "true", "DATA_DIR": str(tmp_path), "DATABASE_URL": pooled}
    env |= {"DJANGO_SETTINGS_MODULE": "config.settings", "MAX_SESSIONS": "100"}
    env |= {"MAX_SESSIONS_PER_VISITOR": "100", "LOG_LEVEL": "ERROR"}
    for command in (["manage.py", "migrate", "-v", "0"], ["-c", SESSIONS]):
        with Process([sys.executable, *command], env=env, cwd=BACKEND) as process:
            assert process.wait(seconds=60) == 0, process.output()
            said = process.output()
    assert said.strip() == "16 512 10s"
