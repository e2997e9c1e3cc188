"""Knowledge on its way through the record: told once, taken over, and never waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from agent_manager import knowledge
from agent_manager.providers.learnt import SHARED, Learnt, true_or_false
from agent_manager.speaking.kept import SHARED_BYTES, KeptVoices, Key, Voiced
from agent_manager.speaking.units import Unit
from common.facts import Fact
from config.secret import Secret
from config.services import Service
from django.db import OperationalError
from support.limits import in_time
from support.waiting import until_async
from voice_sessions import steps
from voice_sessions.models import KnownFact

SERVICE = Service("http://one.example/v1", Secret("sk-never-to-be-seen"), "any")
GREETING = Key("http://one.example/v1", "tts", "alloy", "Hello, my secret greeting.", "en")


class Process:
    """What one process knows; tests go from one to the other."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.mute: Learnt[Service, bool] = Learnt(3600.0, form=true_or_false("test"))
        self.voices = KeptVoices()
        self._patch = patch
        self.work()

    def work(self) -> None:
        """This one is at work from now on."""
        for kind in list(SHARED):
            self._patch.delitem(SHARED, kind)
        self._patch.setitem(SHARED, "test", self.mute)
        self._patch.setattr(knowledge, "KEPT", self.voices)


@pytest.fixture
def processes(record: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Process, Process]]:
    """Two processes of one installation; the first is at work."""
    second = Process(monkeypatch)
    yield Process(monkeypatch), second


async def test_one_process_learns_and_unlearns_for_the_other(
    processes: tuple[Process, Process],
) -> None:
    first, second = processes
    first.mute.keep(SERVICE, True)
    assert await knowledge.share()
    second.work()
    await knowledge.recall()
    assert second.mute.get(SERVICE) is True
    second.mute.keep(SERVICE, False)
    assert await knowledge.share()
    first.work()
    await knowledge.recall()
    assert first.mute.get(SERVICE) is False


async def test_a_voice_that_was_paid_for_is_said_elsewhere(
    processes: tuple[Process, Process],
) -> None:
    first, second = processes
    voiced = (
        Voiced((Unit("Hello", "Hello"), Unit(" 👋", "")), b"\x01\x00" * 900),
        Voiced((Unit("you.", "you."),), b"\x02\x00" * 300),
    )
    first.voices.keep(GREETING, voiced)
    await knowledge.share()
    second.work()
    await knowledge.recall()
    assert second.voices.get(GREETING) == (), "nobody asked for it"
    await knowledge.recall(GREETING)
    assert second.voices.get(GREETING) == voiced


async def test_rows_hold_no_key_and_are_named_by_a_hash(processes: tuple[Process, Process]) -> None:
    first, _ = processes
    first.mute.keep(SERVICE, True)
    first.voices.keep(GREETING, [Voiced((Unit("x", "x"),), b"ab")])
    await knowledge.share()
    rows = await steps.step(lambda: list(KnownFact.objects.values()))()
    assert len(rows) == 2
    for secret in ("sk-never-to-be-seen", "secret greeting"):
        assert secret not in str(rows)


async def test_nothing_is_written_where_nothing_is_new(
    processes: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = processes
    first.mute.keep(SERVICE, True)
    await knowledge.share()
    monkeypatch.setattr(steps, "keep_facts", None)
    first.mute.keep(SERVICE, True)
    assert await knowledge.share()


async def test_what_is_learnt_meanwhile_is_told_by_itself(
    processes: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = processes
    monkeypatch.setattr(knowledge, "PAUSE_SECONDS", 0.02)
    count = steps.step(KnownFact.objects.count)
    async with knowledge.Sharing():
        first.mute.keep(SERVICE, True)

        async def is_told() -> bool:
            return await count() == 1

        await until_async(is_told, what="a row")
        first.voices.keep(GREETING, [Voiced((), b"ab")])
    assert await count() == 2


@pytest.mark.parametrize("how", ["away", "slow"])
async def test_a_record_that_is_away_means_nothing_known(
    processes: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    first, _ = processes
    over = threading.Event()

    def fails(*_args: Any) -> list[Fact]:
        if how == "slow":
            over.wait(60)
        raise OperationalError("away")

    monkeypatch.setattr(knowledge, "SHARE_SECONDS", 0.3)
    for name in ("known_facts", "keep_facts"):
        monkeypatch.setattr(steps, name, steps.step(fails))
    first.mute.keep(SERVICE, True)
    begun = time.monotonic()
    await knowledge.recall(GREETING)
    assert not await knowledge.share()
    over.set()
    assert in_time(time.monotonic() - begun, 2.0)
    assert first.mute.get(SERVICE) is True
    assert len(first.mute.untold(everything=False)) == 1, "it is told later"


async def test_what_the_record_refuses_is_not_tried_again(
    processes: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_args: Any) -> bool:
        raise ValueError("secret words")

    first, _ = processes
    monkeypatch.setattr(steps, "keep_facts", steps.step(refuses))
    first.mute.keep(SERVICE, True)
    assert await knowledge.share()
    assert first.mute.untold(everything=True) == []


def test_a_long_voice_stays_in_its_process() -> None:
    kept = KeptVoices()
    kept.keep(GREETING, [Voiced((), bytes(SHARED_BYTES + 1))])
    assert kept.untold() == [] and kept.get(GREETING)


@pytest.mark.parametrize("value", [None, 3, [{"units": []}], [{"units": [["a"]], "bytes": 2}]])
def test_a_voice_that_cannot_be_read_is_bought_anew(value: object) -> None:
    kept = KeptVoices()
    kept.take_over(GREETING, Fact(GREETING.of_fact, "voice", "x", "m", value, 9.0, b"ab"))
    assert kept.get(GREETING) == ()
