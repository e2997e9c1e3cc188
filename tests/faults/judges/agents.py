"""Which process serves which session, as the workers log it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

JOINED = "agent_joined"
WRITTEN = "record_written"


@dataclass(frozen=True)
class Agent:
    """One agent: its session, its generation, the process that runs it and that one's worker."""

    session_id: str
    generation: int
    pid: int
    worker: str

    @property
    def identity(self) -> str:
        """The name under which it is in the room."""
        return f"agent-{self.session_id}-{self.generation}"


def agents_in(worker: str, log: Path) -> list[Agent]:
    """Every agent that a worker's log tells of, oldest first."""
    return [
        Agent(told["session_id"], int(told["generation"]), int(told["pid"]), worker)
        for told in _told(log, JOINED)
        if "pid" in told
    ]


def unwritten_in(log: Path) -> dict[tuple[str, int], int]:
    """By session and generation, how many events an agent that has left did not store.

    What was refused does not count: the record was closed before, with the words known by then.
    """
    return {
        (told["session_id"], int(told["generation"])): (
            0 if told["refused"] else told["taken"] - told["stored"]
        )
        for told in _told(log, WRITTEN)
    }


def is_alive(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _told(log: Path, event: str) -> list[dict[str, Any]]:
    text = log.read_text(errors="replace") if log.exists() else ""
    lines = [_fields(line) for line in text.splitlines() if event in line]
    return [line for line in lines if line.get("event") == event]


def _fields(line: str) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(line[line.index("{") :])
        return found if isinstance(found, dict) else {}
    return {}
