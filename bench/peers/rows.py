"""The rows that other projects' agents get in the tables."""

from __future__ import annotations

from pathlib import Path

from tests.support.processes import ROOT

from ..systems import System
from .installation import Missing, install

FOLDER = ROOT / ".tools" / "peers"


def peers(folder: Path = FOLDER) -> list[System]:
    """Returns every peer that this machine can run, and installs Pipecat in `folder` if need be.

    Where that fails the reason is printed, and the peers that need no installation are left.
    """
    agent, streaming = "bench.peers.livekit_agent", {"BENCH_STREAMING": "1"}
    livekit = [System("livekit tuned", agent), System("livekit streaming", agent, env=streaming)]
    try:
        python = str(install(folder))
    except Missing as missing:
        print(missing)
        return livekit
    agent = "bench.peers.pipecat_agent"
    return [
        *livekit,
        System("pipecat quick", agent, python=python),
        System("pipecat streaming", agent, env=streaming, python=python),
        System("pipecat patient", agent, env={"BENCH_PATIENT": "1"}, python=python),
    ]
