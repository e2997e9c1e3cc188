"""Other programs, started for a test or the bench and surely stopped, by process id.

They end with the process that started them, also when that is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import psutil

from scripts.checks.running import put_behind
from scripts.run import guardian

from .waiting import until

ROOT = Path(__file__).resolve().parents[2]
_LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def share_niceness() -> None:
    """Gives the programs that this process has started its niceness, also between sessions."""
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    for child in psutil.Process().children(recursive=True) if niceness else ():
        put_behind(child.pid, str(niceness))


class Process:
    """A running program in its own process group, its output in `log`; a context manager.

    `env` is laid over this process's environment; a value of None removes the variable.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str | None] | None = None,
        cwd: Path = ROOT,
        log: Path | None = None,
    ) -> None:
        self.name = Path(command[0]).name + " " + " ".join(command[1:3])
        self._log = log or Path(tempfile.mkstemp(prefix="process-", suffix=".log")[1])
        self._owns_log = log is None
        with self._log.open("wb") as output:
            self._child = subprocess.Popen(
                list(command),
                env=_environment(env or {}),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        guardian.watch(self.pid)
        share_niceness()

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while the program runs."""
        return self._child.poll()

    def output(self) -> str:
        """Everything the program has printed so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def wait_until_answers(self, url: str, *, seconds: float = 100.0) -> None:
        """Returns when GET `url` answers below 400; fails with the log if it ends first."""

        def answered() -> bool:
            if self.exit_code is not None:
                raise AssertionError(f"{self.name} ended with {self.exit_code}:\n{self.output()}")
            return answers(url)

        try:
            until(answered, seconds=seconds, what=f"{self.name} answers at {url}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output()[-4000:]}") from None

    def wait(self, *, seconds: float = 60.0) -> int:
        """The exit code, once the program has ended by itself."""
        return self._child.wait(timeout=seconds)

    def interrupt(self) -> None:
        """Asks the program to end as Ctrl-C would."""
        self._signal(signal.SIGINT)

    def ask_to_stop(self) -> None:
        """Sends SIGTERM and returns at once."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the program at once, as a crash would."""
        self._signal(signal.SIGKILL)
        self._child.wait(timeout=20)
        guardian.forget(self.pid)

    def stop(self, *, seconds: float = 15.0) -> None:
        """Ends the program and what it started: asks first, forces after `seconds`."""
        if self.exit_code is None:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=seconds)
        self.kill()
        if self._owns_log:
            self._log.unlink(missing_ok=True)

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def answers(url: str) -> bool:
    """True when GET `url` answers below 400 within two seconds."""
    try:
        with _LOOPBACK.open(url, timeout=2):
            return True
    except (OSError, urllib.error.URLError):
        return False


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    merged: dict[str, str | None] = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}
