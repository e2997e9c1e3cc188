"""What runs under the engine: how a program is started, when it is ready, how it is stopped."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripts.problem import say
from scripts.run.probes import answers_http
from scripts.run.processes import Child

LAST_LINES = 12
OUTPUT_SECONDS = 2.0


@dataclass(frozen=True)
class Program:
    """A long-running program.

    With a `log` its output is appended to that file; otherwise each line is printed under its name.
    `address` is where it answers. It is ready when `is_ready` says so of its life, or by default
    when the address answers HTTP; one without an address is not waited for.

    The programs of a lower `stops_in` are asked to stop first, with the signal `stops_on`, and are
    killed after `grace` seconds. With `asks_again` they are asked once more after so many seconds.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    address: str = ""
    is_ready: Callable[[Life], bool] | None = None
    deadline: float = 60.0
    log: Path | None = None
    stops_in: int = 0
    stops_on: signal.Signals = signal.SIGTERM
    grace: float = 5.0
    asks_again: float | None = None

    @property
    def port(self) -> int:
        """The port of its address, 0 without one."""
        return urlsplit(self.address).port or 0


class Life:
    """A program from one start to its end. Its lines are printed `width` columns from the left."""

    def __init__(self, program: Program, width: int) -> None:
        self.program = program
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._log_start = 0
        self._asked_at = 0.0
        self._is_asked_again = False
        if program.log:
            program.log.parent.mkdir(parents=True, exist_ok=True)
            self._log_start = program.log.stat().st_size if program.log.exists() else 0
        self.child = Child(program.command, program.cwd, program.env, log=program.log)
        self._prefix = f"{program.name:<{width}} | "
        self._reader = threading.Thread(target=self._print_output, daemon=True)
        self._reader.start()

    def is_ready(self) -> bool:
        """True when the program answers."""
        if self.program.is_ready:
            return self.program.is_ready(self)
        return not self.program.address or answers_http(self.program.address)

    def logged(self) -> bytes:
        """What it has written into its log since this start."""
        return self.program.log.read_bytes()[self._log_start :] if self.program.log else b""

    def last_lines(self) -> list[str]:
        """The last lines that it printed."""
        if self.program.log:
            return self.program.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        self.finish_output()
        return list(self._lines)

    def where(self) -> str:
        """Where the last lines come from, in words."""
        return f"of {self.program.log}" if self.program.log else "that it printed"

    def how_it_ended(self) -> str:
        """The exit code or the signal, in words."""
        code = self.child.exit_code() or 0
        if code < 0 and sys.platform != "win32":
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"

    def ask_to_stop(self) -> None:
        """Sends the signal on which it stops, unless it has ended; returns at once."""
        if self.child.exit_code() is None:
            self._asked_at = self._asked_at or time.monotonic()
            self.child.ask_to_stop(interrupt=self.program.stops_on == signal.SIGINT)

    def keeps_stopping(self) -> bool:
        """True while it runs and has time left to end; asks it once more when that is due."""
        again, passed = self.program.asks_again, time.monotonic() - self._asked_at
        if again is not None and passed > again and not self._is_asked_again:
            self._is_asked_again = True
            self.ask_to_stop()
        return self.child.exit_code() is None and passed < self.program.grace

    def finish_output(self) -> None:
        """Returns when the last line was printed."""
        self._reader.join(OUTPUT_SECONDS)

    def _print_output(self) -> None:
        for raw in self.child.output:
            line = raw.decode(errors="replace").rstrip()
            self._lines.append(line)
            say(self._prefix + line)
