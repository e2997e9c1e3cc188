"""Set-up: what it skips, what it says when it fails, and the commands around it."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.processes import ROOT

from scripts import commands, dev
from scripts.checks.running import COUNTS
from scripts.problem import Problem
from scripts.setup import steps
from scripts.setup.steps import Runner, Step
from scripts.setup.toolchain import Toolchain


def copying(folder: Path, log: list[str]) -> Step:
    """A step that makes `made` out of `source`."""

    def copy(runner: Runner) -> None:
        log.append("ran")
        (folder / "made").write_text((folder / "source").read_text())

    stamp, made = folder / "stamps" / "copy", folder / "made"
    return Step("Copy", "1 s", copy, stamp, inputs=[folder / "source"], outputs=[made])


def test_a_step_runs_again_only_when_its_input_changed_or_its_output_is_gone(
    tmp_path: Path,
) -> None:
    (tmp_path / "source").write_text("one")
    log: list[str] = []
    runner = Runner(tmp_path, "make run", {})
    assert [runner.run([[copying(tmp_path, log)]]) for _ in range(2)] == [1, 0]
    (tmp_path / "source").write_text("two")
    assert runner.run([[copying(tmp_path, log)]]) == 1
    assert (tmp_path / "made").read_text() == "two"
    (tmp_path / "made").unlink()
    assert runner.run([[copying(tmp_path, log)]]) == 1
    assert len(log) == 3


@pytest.mark.processes
def test_a_step_that_failed_half_way_runs_again(tmp_path: Path) -> None:
    def fail(runner: Runner) -> None:
        (tmp_path / "made").write_text("half")
        runner.call("Copy", [sys.executable, "-c", "print('why'); raise SystemExit(1)"])

    (tmp_path / "source").write_text("one")
    step = copying(tmp_path, [])
    Runner(tmp_path, "make run", {}).run([[step]])
    (tmp_path / "made").unlink()
    step.action = fail
    with pytest.raises(Problem) as caught:
        Runner(tmp_path, "make run", {}).run([[step]])
    assert caught.value.last_lines == ["why"]
    assert step.is_due()


@pytest.mark.processes
@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("Failed to establish a new connection: [Errno -3] Temporary", "network or the package"),
        ("npm error code ENOTFOUND", "the network or the package registry is not reachable"),
        ("dial tcp: lookup host: no such host", "run `make run` again, which goes on where"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("SyntaxError", "could not be set up; the lines above are the last"),
    ],
)
def test_a_failed_step_says_why_in_sentences(tmp_path: Path, printed: str, words: str) -> None:
    command = [sys.executable, "-c", f"print({printed!r}); raise SystemExit(1)"]
    with pytest.raises(Problem) as caught:
        Runner(tmp_path, "make run", {}).call("Python packages", command)
    assert words in caught.value.sentences
    assert caught.value.last_lines == [printed]


@pytest.mark.processes
@pytest.mark.parametrize("is_late", [False, True])
def test_the_first_failure_stops_the_steps_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_late: bool
) -> None:
    monkeypatch.setattr(steps, "INTERRUPT_GRACE", 0.3)
    failed = threading.Event()

    def sleep(runner: Runner) -> None:
        if is_late:
            assert failed.wait(10)
        ignoring = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)"
        runner.call("Long", [sys.executable, "-c", f"{ignoring}; time.sleep(600)"])

    def fail(runner: Runner) -> None:
        threading.Timer(0.3, failed.set).start()
        raise Problem("The first reason. Do this.")

    chains = [
        [Step("Long", "1 s", sleep, tmp_path / "long")],
        [Step("Short", "1 s", fail, tmp_path / "short")],
    ]
    with pytest.raises(Problem, match="The first reason"):
        Runner(tmp_path, "make run", {}).run(chains)


def test_too_little_room_on_the_disk_is_said_before_anything_starts(tmp_path: Path) -> None:
    step = copying(tmp_path, [])
    step.disk_mb = 10**9
    with pytest.raises(Problem, match="needs about 1000000000 MB"):
        Runner(tmp_path, "make run", {}).run([[step]])


def test_what_the_tests_installed_serves_a_run(tmp_path: Path) -> None:
    for name in ("requirements.txt", "tests/requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    toolchain = Toolchain(tmp_path, {})
    toolchain.python.parent.mkdir(parents=True)
    toolchain.python.write_text("")
    steps = {tests: toolchain.packages(tests) for tests in (True, False)}
    assert steps[False].is_due()
    steps[True].mark_done()
    assert not steps[True].is_due()
    assert not steps[False].is_due()
    (tmp_path / "requirements.txt").write_text("another version")
    assert steps[False].is_due()


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 10)])
def test_an_old_python_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    monkeypatch.setattr(dev, "_works", lambda name: name == "python3.12")
    problem = dev.python_problem(version)
    assert f"This is Python {version[0]}.{version[1]}, and the project needs 3.11" in problem
    assert problem.endswith("make run PYTHON=python3.12")
    assert dev.python_problem((3, 11)) is None


def test_an_old_python_can_read_the_script() -> None:
    ast.parse((ROOT / "scripts" / "dev.py").read_text(), feature_version=(3, 7))


@pytest.mark.processes
def test_help_lists_every_command_and_make_has_each() -> None:
    done = run_dev("help")
    makefile = (ROOT / "Makefile").read_text()
    for name in ("run", "test", "setup", "bench", "lock", "clean", "help"):
        assert f"\n  {name}  " in done.stdout
        assert f" {name}" in makefile
    assert done.returncode == 0


@pytest.mark.processes
def test_an_unknown_command_is_refused_in_words() -> None:
    done = run_dev("start")
    assert done.returncode == 1
    assert "There is no command 'start'." in done.stdout.splitlines()[-1]
    assert not done.stderr


def test_a_full_disk_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(arguments: list[str], help_text: str) -> int:
        raise OSError(28, "No space left on device", "data/livekit.yaml")

    monkeypatch.setattr(commands, "_command", full)
    monkeypatch.setattr(commands, "SIGNALS", [])
    assert commands.main(["run"], "") == 1
    assert "The disk is full" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line",
    [
        "412 passed, 2 skipped in 93.10s (0:01:33)",
        "==== 1 failed, 3 passed in 0.12s ====",
        "# tests 12",
        "\N{INFORMATION SOURCE} pass 12",
        "# fail 0",
    ],
)
def test_the_counts_of_pytest_and_node_are_found(line: str) -> None:
    assert COUNTS.match(line)


@pytest.mark.parametrize("line", ["tests/test_x.py passed", "it passed in a way", "✔ a test (3ms)"])
def test_other_lines_are_no_counts(line: str) -> None:
    assert not COUNTS.match(line)


def run_dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/dev.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
