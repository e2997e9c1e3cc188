"""Set-up steps: each is skipped while its stamp matches, and chains of them run side by side."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.problem import Interrupted, Problem, failed_step, from_os_error, full_disk, say
from scripts.run.processes import Child

REMINDER_SECONDS = 30.0
LAST_LINES = 12
INTERRUPT_GRACE = 3.0


class Unmet(Exception):
    """A step that failed, and without which everything else goes on; its words say how."""


@dataclass
class Step:
    """One thing to set up: what it is made from, what it leaves, and how long it usually takes."""

    title: str
    usual: str
    action: Callable[[Runner], None]
    stamp: Path
    inputs: Sequence[Path | str] = ()
    outputs: Sequence[Path] = ()
    disk_mb: int = 0
    also_stamps: Mapping[Path, str] = field(default_factory=dict)
    is_missing: bool | None = None

    def is_due(self) -> bool:
        """True unless everything is there, made from the very same inputs.

        `is_missing` decides instead where somebody else may have made it too.
        """
        if self.is_missing is not None:
            return self.is_missing
        if not all(path.exists() for path in self.outputs):
            return True
        return not self.stamp.is_file() or self.stamp.read_text() != fingerprint(self.inputs)

    def mark_done(self) -> None:
        """Writes the stamp that makes the next set-up skip this step."""
        for path, text in {**self.also_stamps, self.stamp: fingerprint(self.inputs)}.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def fingerprint(inputs: Sequence[Path | str]) -> str:
    """A hash of files (a folder counts with all its files), of texts and of the kind of machine."""
    digest = hashlib.sha256(f"{sys.platform} {platform.machine()}".encode())
    for item in inputs:
        if isinstance(item, str):
            digest.update(item.encode() + b"\0")
            continue
        for path in sorted(item.rglob("*")) if item.is_dir() else [item]:
            if path.is_file():
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Runner:
    """Runs the steps that are due, chain beside chain, and stops all when one fails."""

    def __init__(self, root: Path, again: str, env: Mapping[str, str] = os.environ) -> None:
        self.root = root
        self.again = again
        self.env = {**env, "PYTHONUNBUFFERED": "1"}
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._problems: list[Problem] = []
        self._running: dict[str, float] = {}

    def run(self, chains: Sequence[Sequence[Step]]) -> int:
        """Sets up what is due and gives how many steps that were."""
        due = [[step for step in chain if step.is_due()] for chain in chains]
        count = sum(len(chain) for chain in due)
        if count:
            self._check_disk([step for chain in due for step in chain])
            self._run_side_by_side([chain for chain in due if chain])
        return count

    def call(
        self,
        title: str,
        command: Sequence[str],
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        hint: str = "",
        on_line: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Runs a step's command quietly; a failure becomes a problem with its last lines.

        `on_line` gets what it prints, line by line.
        """
        child = Child(command, cwd or self.root, env or self.env)
        with self._lock:
            self._children.add(child)
        if self._cancelled.is_set():
            _stop(child)
        lines: deque[str] = deque(maxlen=LAST_LINES)
        for line in child.output:
            lines.append(line.decode(errors="replace").rstrip())
            on_line(lines[-1])
        child.wait()
        with self._lock:
            self._children.discard(child)
        child.kill()
        if child.exit_code() != 0:
            raise failed_step(title, list(lines), self.again, hint)

    def _check_disk(self, steps: Sequence[Step]) -> None:
        needed = sum(step.disk_mb for step in steps)
        free = shutil.disk_usage(self.root).free // 2**20
        if free < needed:
            raise Problem(
                f"Setting up needs about {needed} MB on the disk, and {free} MB are free. "
                f"Free some space and run `{self.again}` again."
            )

    def _run_side_by_side(self, chains: Sequence[Sequence[Step]]) -> None:
        threads = [threading.Thread(target=self._run_chain, args=(c,), daemon=True) for c in chains]
        for thread in threads:
            thread.start()
        try:
            self._wait(threads)
        except Interrupted:
            self._cancel()
            self._wait(threads)
            raise
        if self._problems:
            raise self._problems[0]

    def _wait(self, threads: Sequence[threading.Thread]) -> None:
        reminder = time.monotonic() + REMINDER_SECONDS
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)
                if time.monotonic() > reminder:
                    reminder += REMINDER_SECONDS
                    self._remind()

    def _remind(self) -> None:
        now = time.monotonic()
        for title, started in list(self._running.items()):
            say(f"  ... {title}: {now - started:.0f} s so far")

    def _run_chain(self, chain: Sequence[Step]) -> None:
        for step in chain:
            if self._cancelled.is_set():
                return
            try:
                self._run_step(step)
            except Unmet as unmet:
                say(f"  {unmet}")
            except Problem as problem:
                self._fail(problem)
            except OSError as error:
                self._fail(from_os_error(error) if error.errno != 28 else full_disk(step.title))

    def _run_step(self, step: Step) -> None:
        say(f"  {step.title} (usually {step.usual})")
        started = self._running[step.title] = time.monotonic()
        try:
            step.stamp.unlink(missing_ok=True)
            step.action(self)
            step.mark_done()
        finally:
            self._running.pop(step.title, None)
        say(f"  {step.title}: done in {time.monotonic() - started:.0f} s")

    def _fail(self, problem: Problem) -> None:
        if not self._cancelled.is_set():
            self._problems.append(problem)
        self._cancel()

    def _cancel(self) -> None:
        self._cancelled.set()
        with self._lock:
            children = list(self._children)
        for child in children:
            _stop(child)


def _stop(child: Child) -> None:
    """Ends a child without waiting for it, also one that does not heed an interrupt."""
    threading.Thread(target=child.stop, args=(INTERRUPT_GRACE, True), daemon=True).start()
