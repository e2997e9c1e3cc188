"""What all tests share."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Playwright, sync_playwright
from support.backend import SHARED_FOLDER
from support.groups import Failures, Groups, starts_programs

assert settings.configured
os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # the programs that tests start have their own

OTHERS_OUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
"""Ends the connections of threads that tests left waiting for work, so the database can go."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--failed-to`, by which `make test` learns what may run once more."""
    parser.addoption("--failed-to", metavar="FILE", help="where to name what may run once more")


def pytest_configure(config: pytest.Config) -> None:
    """Has the tests that start programs told from the others, and gives workers a folder."""
    config.pluginmanager.register(Groups())
    if not hasattr(config, "workerinput"):
        if file := config.getoption("--failed-to"):
            config.pluginmanager.register(Failures(Path(file)))
        folder = os.environ[SHARED_FOLDER] = tempfile.mkdtemp(prefix="tests-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Looks for no garbage while the tests are imported, nor later among what that has left."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The record's tables, also where no test of the run asks pytest-django for a database."""
    from django.core.management import call_command
    from django.db import connections

    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        connections.close_all()
    yield
    if connections["default"].vendor == "postgresql":
        with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
            cursor.execute(OTHERS_OUT)


@pytest.fixture
def record(migrated: None, django_db_blocker: Any) -> Iterator[None]:
    """The record in a real file, empty afterwards: threads see each other's commits.

    The next test has its own channel layer: one in Redis keeps locks of this test's event loop.

    Quicker than transactional_db, which writes Django's own rows anew for each test.
    """
    from agents.models import Draft, Revision, StoredAgent, ToolSecret
    from channels.layers import channel_layers
    from credentials.models import Credential
    from django.db import connections
    from operators.models import ApiKey, AuditEntry, Invitation, Operator, SignIn
    from outgoing.models import AllowedHost
    from voice_sessions.models import Event, KnownFact, Lease, Piece, SearchPlace, Session, Worker
    from voice_sessions.searching import tables
    from webhooks.models import Delivery, Webhook

    with django_db_blocker.unblock():
        yield
        with connections["default"].cursor() as cursor:
            cursor.execute(f"DELETE FROM {tables.TABLE}")
        recorded = (Delivery, Webhook, SearchPlace, Event, Piece, Session, Worker, Lease, KnownFact)
        operated = (AllowedHost, ApiKey, Credential, AuditEntry, Invitation, SignIn, Operator)
        for model in (*recorded, ToolSecret, Draft, Revision, StoredAgent, *operated):
            model.objects.all()._raw_delete("default")
        connections.close_all()
    channel_layers.backends.clear()


@pytest.fixture(scope="session")
@starts_programs
def playwright() -> Iterator[Playwright]:
    """Drives browsers; one for all tests, because a second one refuses to start."""
    with sync_playwright() as running:
        yield running
