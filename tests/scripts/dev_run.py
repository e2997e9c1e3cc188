"""A run of dev.py over stand-ins, and what is left of it."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
from support.ports import free_port
from support.processes import ROOT, Process
from support.waiting import until

from scripts.setup import environment

HERE = Path(__file__).resolve().parent
SETTINGS = environment.documented(ROOT / ".env.example")


class Run:
    """`dev.py run` over stand-ins: its output, its processes and its ports."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.ports = {name: str(free_port()) for name in environment.PORTS} | settings
        env: dict[str, str | None] = dict.fromkeys(SETTINGS)
        env |= {**self.ports, "FOLDER": str(folder), "STAND_IN": str(HERE / "stand_in.py")}
        env |= {"DATA_DIR": str(folder / "data"), "LIVEKIT_SERVER_BIN": sys.executable}
        options = ["--procfile", str(HERE / "Procfile.stand_ins")]
        options += ["--env-file", str(folder / ".env"), "--no-setup"]
        self.process = Process(
            [sys.executable, "scripts/dev.py", "run", *options], env=env, log=folder / "log"
        )

    def ready(self) -> str:
        """The line that says so."""
        return until(self._ready_line, seconds=30, what=f"the run is ready: {self.output()}")

    def output(self) -> str:
        return self.process.output()

    def ended(self) -> int:
        """The exit code, after the end."""
        return self.process.wait(seconds=30)

    def last_line(self) -> str:
        return self.output().rstrip().splitlines()[-1]

    def pids(self) -> list[int]:
        """Every process that the stand-ins were, or started."""
        return [int(pid) for file in self.folder.glob("*.pids") for pid in file.read_text().split()]

    def services(self) -> set[str]:
        """The names of the stand-ins that were started."""
        return {file.stem for file in self.folder.glob("*.pids")}

    def stops(self) -> list[str]:
        """What the stand-ins noted on their way out, in order."""
        return (self.folder / "stops").read_text().splitlines()

    def _ready_line(self) -> str:
        assert self.process.exit_code is None, self.output()
        return next((li for li in self.output().splitlines() if li.startswith("Ready after")), "")


def no_process_left(run: Run) -> None:
    """Returns when every process of the run is gone."""
    assert run.pids()
    until(lambda: not [p for p in run.pids() if is_running(p)], seconds=15, what="all are gone")


def is_running(pid: int) -> bool:
    """True while there is such a process that has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
