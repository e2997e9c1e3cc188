"""Child processes that never outlive this script: each is a group that can be stopped whole."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.problem import Problem
from scripts.run import guardian

POLL_SECONDS = 0.05
NEW_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class Child:
    """A running command together with everything that it starts.

    `output` is what they print, unless that is appended to the file `log`.
    """

    def __init__(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path | None = None
    ) -> None:
        program = shutil.which(command[0], path=env.get("PATH"))
        if program is None:
            raise Problem(f"The program {command[0]} is not there. Run `make setup` and try again.")
        with log.open("ab") if log else contextlib.nullcontext(subprocess.PIPE) as output:
            self._process = subprocess.Popen(
                [program, *command[1:]],
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                creationflags=NEW_GROUP,
                start_new_session=sys.platform != "win32",
            )
        self.pid = self._process.pid
        guardian.watch(self.pid)
        self.output = self._process.stdout or io.BytesIO()

    def exit_code(self) -> int | None:
        """How the command ended, or None while it runs; a signal's number is negative."""
        return self._process.poll()

    def wait(self, seconds: float | None = None) -> bool:
        """True when the command ended within the time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.exit_code() is not None

    def ask_to_stop(self, interrupt: bool = False) -> None:
        """Asks the command to end: SIGTERM, or SIGINT for programs that tidy up on Ctrl-C only."""
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                self._process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            self._process.send_signal(signal.SIGINT if interrupt else signal.SIGTERM)

    def kill(self) -> None:
        """Ends the group at once, also what a command that has ended left behind."""
        if sys.platform == "win32":
            subprocess.run(
                ["taskkill", "/T", "/F", "/PID", str(self.pid)], capture_output=True, check=False
            )
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        guardian.forget(self.pid)

    def forget_if_gone(self) -> bool:
        """True when neither the command nor anything that it started is left."""
        if sys.platform == "win32" or self.exit_code() is None:
            return False
        with contextlib.suppress(PermissionError):
            try:
                os.killpg(self.pid, 0)
            except ProcessLookupError:
                guardian.forget(self.pid)
                return True
        return False

    def stop(self, grace: float, interrupt: bool = False) -> None:
        """Asks, waits as long as `grace` says, and then kills."""
        if self.exit_code() is None:
            self.ask_to_stop(interrupt)
            self.wait(grace)
        self.kill()
