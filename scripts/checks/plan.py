"""What `make test` runs, one check after the other, and the programs that it needs."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster import stores
from scripts.problem import Interrupted, Problem, say
from scripts.run.processes import Child
from scripts.setup import apt
from scripts.setup.toolchain import Toolchain

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
COUNTS = re.compile(
    r"^(?:=* ?(?=.*\d+ (?:passed|failed|errors?|skipped))[\w, ]*in [\d.:hms() ]+s?.*"
    r"|(?:#|\S) (?:tests|pass|fail) \d+)\s*$"
)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
INTERRUPT_GRACE = 15.0
AT_ONCE = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
"""Most tests wait for real speech, so three files at once keep two cores busy. They begin in the
order of their names: those with agents take longest and come first."""
BACKEND_TESTS = "tests/backend"
SERVICE_TESTS = (BACKEND_TESTS, "tests/frontend", "tests/stand_in")
SHARED_STORES = (
    *(f"{BACKEND_TESTS}/{room}" for room in ("api", "channels_app", "voice_sessions", "wakeups")),
    *(f"{BACKEND_TESTS}/agent_manager/test_{n}.py" for n in ("supervisor", "supervisor_rooms")),
    f"{BACKEND_TESTS}/agent_manager/test_writer.py",
)
"""The tests of record, API and WebSocket, which run on PostgreSQL and Redis too."""
MINUTE = 60


@dataclass(frozen=True)
class Check:
    """One command of `make test`."""

    name: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]


@dataclass(frozen=True)
class Result:
    """How one check went; `counts` are its own words about how many tests there were."""

    name: str
    passed: bool
    seconds: float
    counts: str


class Beside:
    """Checks that run one after the other beside another one, behind it at the processor."""

    def __init__(self, checks: Sequence[Check], folder: Path) -> None:
        self._checks, self._folder = checks, folder
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._is_over = False
        self._executor = ThreadPoolExecutor(1)
        self._results = self._executor.submit(self._run_all)

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._is_over = True
            if self._child is not None:
                self._child.kill()
        self._executor.shutdown()

    def results(self) -> list[Result]:
        """How they went, once all have ended; what they printed is printed now."""
        results = self._results.result()
        for check in self._checks:
            say(f"\n== {check.name}\n{self._log(check).read_text(errors='replace')}")
        return results

    def _log(self, check: Check) -> Path:
        return self._folder / f"{check.name}.txt"

    def _run_all(self) -> list[Result]:
        return [self._run(check) for check in self._checks]

    def _run(self, check: Check) -> Result:
        first = ["nice", "-n", "19"] if shutil.which("nice") else []
        log, started = self._log(check), time.monotonic()
        with self._lock:
            if self._is_over:
                return Result(check.name, False, 0.0, "")
            child = Child([*first, *check.command], check.cwd, check.env, log=log)
            self._child = child
        child.wait()
        child.kill()
        lines = log.read_text(errors="replace").splitlines()
        passed = child.exit_code() == 0
        return Result(check.name, passed, time.monotonic() - started, _counts(lines))


def run_checks(root: Path, toolchain: Toolchain, env: Mapping[str, str]) -> int:
    """Runs every check, also after one failed, and ends with a line for each."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="stores-") as folder,
        stores.running(Path(folder)) as at,
    ):
        given = {f"TESTS_{name}": value for name, value in at.items()}
        results = [
            result
            for check, *others in _checks(root, toolchain, env, given)
            for result in _run_beside(check, others, Path(folder))
        ]
    say("")
    for result in results:
        word = "ok    " if result.passed else "FAILED"
        say(f"{word} {result.name:<10} {result.seconds:6.1f} s  {result.counts}".rstrip())
    failed = [result.name for result in results if not result.passed]
    minutes, seconds = divmod(round(time.monotonic() - started), MINUTE)
    verdict = f"FAILED: {', '.join(failed)}" if failed else "All passed"
    say(f"{verdict} in {minutes} min {seconds} s.")
    return 1 if failed else 0


def foreground(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> tuple[int, list[str]]:
    """Runs a command, passing its output on as it comes: its exit code and all its lines."""
    child = Child(command, cwd, env)
    output = bytearray()
    try:
        while chunk := os.read(child.output.fileno(), 65536):
            output += chunk
            sys.stdout.write(chunk.decode(errors="replace"))
            sys.stdout.flush()
        child.wait()
    except Interrupted:
        child.stop(INTERRUPT_GRACE, interrupt=True)
        raise
    child.kill()
    return child.exit_code() or 0, output.decode(errors="replace").splitlines()


def browser(environ: Mapping[str, str], again: str) -> str:
    """The browser for the end-to-end tests, installed with flite where apt-get and root allow."""
    if apt.may_install():
        missing = [] if _find_browser(environ) else ["chromium"]
        apt.install(missing + ([] if shutil.which("flite") else ["flite"]), again)
    found = _find_browser(environ)
    if not found:
        raise Problem(
            "The end-to-end tests need a Chromium or Chrome, and none was found. "
            "Install one (Debian: apt install chromium; macOS: brew install --cask google-chrome; "
            "Windows: winget install Google.Chrome) or set CHROMIUM_PATH to its program."
        )
    if not shutil.which("flite"):
        raise Problem(
            "The end-to-end tests speak with flite, and it is not installed. "
            "Install it (Debian: apt install flite; macOS: brew install flite) "
            "and put it on the PATH."
        )
    return found


def _checks(
    root: Path, toolchain: Toolchain, env: Mapping[str, str], given: Mapping[str, str]
) -> list[list[Check]]:
    """What runs one after the other, and after each first check those that run beside it.

    Tests of one service alone mostly wait, so they disturb no browser. What runs beside a check
    should be over before it is, or the whole takes longer.
    """
    python, page = str(toolchain.python), root / "flask_frontend"
    node = toolchain.node()
    assert node is not None, "set-up for the tests always leaves a Node"
    npm, node_env = list(node.npm), node.env(env)
    pytest = [python, "-m", "pytest"]
    pair = ("-n", "2", "--dist", "loadfile")
    postgres = [*pytest, *SHARED_STORES, *pair]
    without_browser = ("-m", "not e2e and not slow")
    services = [*pytest, *SERVICE_TESTS, *without_browser, *pair]
    elsewhere = [f"--ignore={folder}" for folder in SERVICE_TESTS]
    others = [*pytest, *without_browser, *elsewhere, *AT_ONCE]
    return [
        [Check("lint", [python, "-m", "ruff", "check", "."], root, env)],
        [Check("format", [python, "-m", "ruff", "format", "--check", "."], root, env)],
        [
            Check("pytest", others, root, node_env),
            Check("page types", [*npm, "run", "check"], page, node_env),
            Check("node", [*npm, "test"], page, node_env),
            Check("types", [python, "-m", "mypy"], root, env),
        ],
        [
            Check("end to end", [*pytest, "-m", "e2e and not slow"], root, node_env),
            Check("services", services, root, node_env),
            Check("postgres", postgres, root, {**env, **given}),
        ],
    ]


def _run_beside(check: Check, others: Sequence[Check], folder: Path) -> list[Result]:
    with Beside(others, folder) as beside:
        return [_run(check), *beside.results()]


def _run(check: Check) -> Result:
    say(f"\n== {check.name}")
    started = time.monotonic()
    code, lines = foreground(check.command, check.cwd, check.env)
    return Result(check.name, code == 0, time.monotonic() - started, _counts(lines))


def _counts(lines: Sequence[str]) -> str:
    plain = [COLOURS.sub("", line).strip() for line in lines]
    return ", ".join(line.strip("= ") for line in plain if COUNTS.match(line))


def _find_browser(environ: Mapping[str, str]) -> str:
    named = environ.get("CHROMIUM_PATH", "")
    if named and not shutil.which(named):
        raise Problem(
            f"CHROMIUM_PATH is {named}, which is no program. "
            "Set it to the path of a Chromium or Chrome, or unset it."
        )
    places = [named, *BROWSERS, *BROWSER_PLACES]
    return next((found for name in places if name and (found := shutil.which(name))), "")
