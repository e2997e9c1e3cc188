"""A bad network between person and agent: 2 % of the packets lost, and 30 ms of jitter.

Everything runs in a network of its own, where the loopback loses and delays datagrams; that needs
Linux, `unshare` and `tc`, and the rights of root. Datagrams carry sound alone: services, sockets
and database use TCP. A packet passes the loopback twice between person and agent, by way of the
media server, so each pass has half of the loss and of the jitter.
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.processes import ROOT

from ..measure import Cell
from ..runs import cells, services
from ..systems import System, named
from .missing import Missing

NETEM = ("netem", "loss", "1%", "delay", "8ms", "7.5ms")
"""Of each of two passes: 0.5 to 15.5 ms, evenly spread."""
DATAGRAMS = ("match", "ip", "protocol", "17", "0xff")
REFUSED = 3
MOST_SECONDS = 900.0


def measure(systems: Sequence[System], people: int, lines: int) -> list[Cell]:
    """The systems over a bad network; raises Missing where no such network can be made."""
    if not (shutil.which("unshare") and shutil.which("tc") and shutil.which("ip")):
        raise Missing("A bad network was not measured: unshare, ip or tc is missing.")
    with tempfile.TemporaryDirectory(prefix="bench-network-") as folder:
        found = Path(folder) / "cells"
        names = ",".join(system.name for system in systems)
        command = [sys.executable, "-m", "bench.conditions.network", str(found), names]
        command += [str(people), str(lines)]
        done = subprocess.run(["unshare", "-n", *command], cwd=ROOT, timeout=MOST_SECONDS)
        if done.returncode == REFUSED:
            raise Missing("A bad network was not measured: this kernel has no prio and netem.")
        if not found.exists():
            raise Missing("A bad network was not measured: no network of our own may be made here.")
        return list(pickle.loads(found.read_bytes()))


def spoil() -> None:
    """Makes the loopback of this network lose and delay datagrams; raises CalledProcessError."""
    rule = ("protocol", "ip", "parent", "1:0", "prio", "1", "u32", *DATAGRAMS, "flowid", "1:4")
    for command in (
        ("ip", "link", "set", "lo", "up"),
        ("tc", "qdisc", "add", "dev", "lo", "root", "handle", "1:", "prio", "bands", "4"),
        ("tc", "qdisc", "add", "dev", "lo", "parent", "1:4", "handle", "40:", *NETEM),
        ("tc", "filter", "add", "dev", "lo", *rule),
    ):
        subprocess.run(command, check=True)


def main() -> int:
    """Measures in the network that it finds itself in; 3 when that cannot be spoilt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("found", type=Path, help="where the cells are left, for `measure`")
    parser.add_argument("systems")
    parser.add_argument("people", type=int)
    parser.add_argument("lines", type=int)
    options = parser.parse_args()
    try:
        spoil()
    except subprocess.CalledProcessError:
        return REFUSED
    with services() as around:
        found = cells(around, named(options.systems), {options.people: options.lines})
    options.found.write_bytes(pickle.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
