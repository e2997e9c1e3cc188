"""Whether a machine can run a language model, from its facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from local_ai import machine, settings
from local_ai.fetch import room
from local_ai.machine import Facts, unfit

FIT = Facts(bits=64, cores=2, has_avx2=True, memory=3_000_000_000, has_engine=True)


@pytest.fixture
def told(tmp_path: Path) -> settings.Settings:
    return replace(settings.read({}), cache=tmp_path)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (FIT, ""),
        (replace(FIT, memory=None), ""),
        (replace(FIT, bits=32), "bits"),
        (replace(FIT, cores=1), "cores"),
        (replace(FIT, has_avx2=False), "no_avx2"),
        (replace(FIT, has_engine=False, has_avx2=False), "no_wheel"),
        (replace(FIT, memory=2_500_000_000), "memory"),
    ],
)
def test_what_is_missing_has_a_code(told: settings.Settings, facts: Facts, reason: str) -> None:
    assert unfit(told, facts) == reason


def test_a_model_that_is_not_there_yet_needs_room_on_the_disk(
    told: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "free", lambda folder: 1_200_000_000)
    assert unfit(told, FIT) == "disk"
    (told.cache / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf.part").write_bytes(bytes(100_000_000))
    assert unfit(told, FIT) == ""


def test_a_file_of_ones_own_takes_memory_by_its_size(
    told: settings.Settings, tmp_path: Path
) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(bytes(10_000_000))
    mine = replace(told, llm=str(own))
    single = replace(FIT, cores=1, memory=770_000_000)
    assert unfit(mine, single) == ""
    assert unfit(mine, replace(single, memory=755_000_000)) == "memory"


def test_without_a_model_nothing_is_missing(told: settings.Settings) -> None:
    assert unfit(replace(told, llm=settings.OFF), replace(FIT, bits=32)) == ""


def test_memory_is_read_as_each_system_tells_it() -> None:
    assert machine.linux_memory("MemTotal: 9 kB\nMemAvailable:   2048 kB\n") == 2048 * 1024
    assert machine.linux_memory("") is None
    assert machine.group_memory("1000\n", "900\n", "anon 1\ninactive_file 300\n") == 400
    assert machine.group_memory("max\n", "900\n", "") is None
    vm_stat = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
        "Pages free:                    10.\nPages active:                  99.\n"
        "Pages inactive:                 5.\nPages speculative:              1.\n"
    )
    assert machine.macos_memory(vm_stat) == 16 * 16384


def test_this_machine_tells_its_facts() -> None:
    facts = machine.gather()
    assert facts.bits in (32, 64)
    assert facts.cores >= 1
    assert facts.memory is None or facts.memory > 0
