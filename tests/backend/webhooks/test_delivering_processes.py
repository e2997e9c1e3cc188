"""Several backends as processes of their own, one of which is killed between sending and noting."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol
from urllib.parse import quote

import pytest
from django.db import connection
from django_settings import ENVIRONMENT
from fakes.receiver import Receiver
from support.groups import starts_programs
from support.processes import ROOT, Process
from support.waiting import until
from telling import end, pass_time, started, webhook
from webhooks.models import Delivery

PROGRAM = """
import asyncio, django
django.setup()
from webhooks.deliverer import Deliverer
asyncio.run(Deliverer().run())
"""


class Backend(Protocol):
    """Starts a process that delivers."""

    def __call__(self) -> Process: ...


@pytest.fixture
@starts_programs
def backend(record: None) -> Iterator[Backend]:
    """Starts processes that deliver what this test's database has."""
    with ExitStack() as running:

        def start() -> Process:
            env = {**ENVIRONMENT, "DATABASE_URL": _url(), "CHANNEL_LAYERS": ""}
            paths = f"{ROOT / 'django_backend'}{os.pathsep}{ROOT}"
            python = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": paths}
            command = [sys.executable, "-c", PROGRAM]
            return running.enter_context(Process(command, env={**env, **python}))

        yield start


def _url() -> str:
    """The address of this test's database."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    who = f"{told['USER']}:{quote(str(told['PASSWORD']))}"
    return f"postgres://{who}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


def test_a_killed_backend_loses_nothing_and_two_do_nothing_twice(
    receiver: Receiver, backend: Backend
) -> None:
    _hook, secret = webhook(receiver)
    receiver.hold.clear()
    dying = backend()
    first = started("first")
    until(lambda: receiver.received, what="the first message")
    dying.kill()
    receiver.hold.set()
    assert Delivery.objects.get().next_at, "it was sent, and nobody could note that"
    pass_time(seconds=61)
    backend(), backend()
    end(first)
    for number in range(10):
        end(started(f"s{number}", room=f"r{number}"))
    until(lambda: not Delivery.objects.filter(next_at__isnull=False).exists(), what="all messages")
    assert receiver.ids.count(receiver.ids[0]) == 2, "it came again, under its id"
    assert len(receiver.ids) == 23 and len(set(receiver.ids)) == 22
    order: dict[str, list[str]] = {}
    for each in receiver.received[1:]:
        said = each.verified(secret)
        order.setdefault(said["data"]["session_id"], []).append(said["type"])
    assert set(map(tuple, order.values())) == {("session.started", "session.ended")}
