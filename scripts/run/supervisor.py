"""Starts services, passes their output on, and stops all of them when one ends.

honcho was tried and left out: it stops everything at
once (the backend must end its sessions while the media server still runs), kills after 5 s, knows
no readiness and no SIGHUP, prints its own lines after the reason, and leaves every process behind
when it is killed itself. The Procfile stays in its format.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from scripts.problem import say
from scripts.run.processes import POLL_SECONDS, Child, wait_for_all

LAST_LINES = 12
FIRST_GRACE = 6.0
ASK_AGAIN_AFTER = 1.0
REST_GRACE = 5.0
PROBE_SECONDS = 2.0
OUTPUT_SECONDS = 2.0
# make passes a signal on that this script may have got already; only a later one means: at once.
ECHO_SECONDS = 1.0
SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]


@dataclass(frozen=True)
class Service:
    """One process of the application, and the address that answers once it is ready."""

    name: str
    command: Sequence[str]
    cwd: Path
    ready_url: str = ""
    deadline: float = 60.0
    stops_first: bool = False


@dataclass(frozen=True)
class Ending:
    """Why everything stopped: an exit code, a reason, and what the culprit printed last."""

    exit_code: int
    reason: str
    last_lines: Sequence[str] = ()


class _Stop(Exception):
    def __init__(self, ending: Ending) -> None:
        self.ending = ending


class _Running:
    """A started service, whose output is printed line by line under its name."""

    def __init__(self, service: Service, env: Mapping[str, str], width: int) -> None:
        self.service = service
        self.child = Child(service.command, service.cwd, env)
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._prefix = f"{service.name:<{width}} | "
        self._reader = threading.Thread(target=self._print_output, daemon=True)
        self._reader.start()

    def finish_output(self) -> None:
        """Returns when the last line was printed."""
        self._reader.join(OUTPUT_SECONDS)

    def _print_output(self) -> None:
        for raw in self.child.output:
            line = raw.decode(errors="replace").rstrip()
            self.last_lines.append(line)
            say(self._prefix + line)


class Supervisor:
    """Runs services until one ends or somebody asks to stop; then none of them is left."""

    def __init__(self, services: Sequence[Service], env: Mapping[str, str]) -> None:
        self._services = services
        self._env = env
        self._running: list[_Running] = []
        self._signum = 0
        self._asked_at = 0.0
        self._in_a_hurry = False

    def run(self, announce: Callable[[], None]) -> Ending:
        """Starts, calls `announce` when every service answers, and gives the reason of the end."""
        with self._signals():
            try:
                self._start()
                self._await_ready()
                announce()
                while True:
                    self._check()
                    time.sleep(POLL_SECONDS)
            except _Stop as stop:
                return stop.ending
            finally:
                self._stop_all()

    def _start(self) -> None:
        width = max((len(service.name) for service in self._services), default=0)
        for service in self._services:
            self._running.append(_Running(service, self._env, width))

    def _await_ready(self) -> None:
        waiting = [running for running in self._running if running.service.ready_url]
        started = time.monotonic()
        while waiting:
            self._check()
            waiting = [r for r in waiting if not _answers(r.service.ready_url)]
            for late in waiting:
                if time.monotonic() - started > late.service.deadline:
                    raise _Stop(_never_ready(late))
            time.sleep(POLL_SECONDS)

    def _check(self) -> None:
        if self._signum:
            name = signal.Signals(self._signum).name
            raise _Stop(Ending(128 + self._signum, f"Stopped by {name}; nothing is left running."))
        for running in self._running:
            code = running.child.exit_code()
            if code is not None:
                running.finish_output()
                raise _Stop(_died(running, code))

    def _stop_all(self) -> None:
        first = [r.child for r in self._running if r.service.stops_first]
        rest = [r.child for r in self._running if not r.service.stops_first]
        self._ask(first)
        self._wait(first, FIRST_GRACE)
        self._ask(rest)
        # The media server waits for people in its rooms until it is asked a second time.
        self._wait(rest, ASK_AGAIN_AFTER)
        self._ask(rest)
        self._wait(rest, REST_GRACE - ASK_AGAIN_AFTER)
        for running in self._running:
            running.child.kill()
        for running in self._running:
            running.finish_output()

    def _ask(self, children: Sequence[Child]) -> None:
        for child in children:
            if child.exit_code() is None:
                child.ask_to_stop()

    def _wait(self, children: Sequence[Child], grace: float) -> None:
        deadline = time.monotonic() + grace
        while any(child.exit_code() is None for child in children):
            if self._in_a_hurry or time.monotonic() > deadline:
                return
            wait_for_all(children, POLL_SECONDS)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def note(signum: int, frame: FrameType | None) -> None:
            if not self._signum:
                self._signum, self._asked_at = signum, time.monotonic()
            elif time.monotonic() - self._asked_at > ECHO_SECONDS:
                self._in_a_hurry = True

        before = {signum: signal.signal(signum, note) for signum in SIGNALS}
        try:
            yield
        finally:
            for signum, handler in before.items():
                signal.signal(signum, handler)


def _answers(url: str) -> bool:
    # No proxy: these are this machine's own addresses.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=PROBE_SECONDS) as answer:
            return bool(answer.status < 400)
    except (OSError, ValueError, urllib.error.URLError):
        return False


def _died(running: _Running, code: int) -> Ending:
    how = f"exit code {code}"
    if code < 0 and sys.platform != "win32":
        how = f"signal {signal.Signals(-code).name}"
    return Ending(
        1,
        f"{running.service.name} ended by itself ({how}), so everything was stopped. "
        "The lines above are the last that it printed.",
        list(running.last_lines),
    )


def _never_ready(running: _Running) -> Ending:
    service = running.service
    return Ending(
        1,
        f"{service.name} did not answer at {service.ready_url} within {service.deadline:.0f} s, "
        "so everything was stopped. The lines above are the last that it printed.",
        list(running.last_lines),
    )
