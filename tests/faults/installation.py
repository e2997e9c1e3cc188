"""The cluster that faults are done to: one for as many of them as it fits."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from fakes.openai_api import OpenAIStandIn

from faults.acts.of_agents import DRAIN_SECONDS
from scripts.cluster.cluster import Cluster

SETTINGS = {
    "AGENT_DRAIN_SECONDS": str(DRAIN_SECONDS),
    "AGENT_SESSIONS": "4",
    "AGENT_IDLE_PROCESSES": "3",
    "AGENT_LOAD_LIMIT": "100",
    "LOG_FORMAT": "json",
    "RECORDING": "ask",
}
"""Seats for what two cores can do; people and browser share them, so load closes no worker."""
RAISED = {
    "MAX_SESSIONS_PER_ADDRESS": "1000",
    "MAX_SOCKETS_PER_VISITOR": "1000000",
    "NEW_VISITORS_PER_MINUTE": "1000000",
    "REQUESTS_AT_ONCE": "1000",
    "REQUESTS_PER_MINUTE": "1000000",
    "SLOW_CLIENTS_PER_ADDRESS": "1000",
    "STARTS_PER_MINUTE": "1000000",
}
"""The limits by address, where a hundred people of one address are no attack."""
KEY = "sk-of-the-stand-in"


class Installation:
    """A context manager that has a running cluster for each fault.

    The cluster's folder, with its logs, is thrown away unless it is to be below `keep`.
    """

    def __init__(self, keep: Path | None = None) -> None:
        self._keep = keep
        self._cluster: Cluster | None = None
        self._models: OpenAIStandIn | None = None
        self._has_limits = False
        self._rooms = contextlib.ExitStack()

    def open(
        self, *, is_fresh: bool = False, has_limits: bool = False
    ) -> tuple[Cluster, OpenAIStandIn]:
        """The cluster that runs, or a fresh one, and the stand-in for OpenAI that it uses.

        One `has_limits` by address, or has not; where it is the other way, a fresh one comes.

        Recognising speech for four people would take more than the two cores that a run may have.
        """
        is_other = is_fresh or has_limits != self._has_limits
        if is_other:
            self._rooms.close()
        if is_other or self._cluster is None or self._models is None:
            self._has_limits = has_limits
            return self._move_in()
        return self._cluster, self._models

    def __enter__(self) -> Installation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._rooms.close()

    def _move_in(self) -> tuple[Cluster, OpenAIStandIn]:
        os.environ.pop("SSL_CERT_FILE", None)  # of the cluster before, which has gone
        self._models = self._rooms.enter_context(OpenAIStandIn())
        folder = self._folder()
        models = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": self._models.base_url}
        limits = {} if self._has_limits else RAISED
        cluster = Cluster(folder, {**SETTINGS, **limits, **models})
        self._cluster = self._rooms.enter_context(cluster)
        os.environ["SSL_CERT_FILE"] = str(_authority(folder))
        return self._cluster, self._models

    def _folder(self) -> Path:
        if self._keep is None:
            return Path(self._rooms.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        folder = self._keep / "cluster"
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, mode=0o700)
        return folder


def _authority(folder: Path) -> Path:
    """The certificate that LiveKit's SDK has to trust: it cannot be told to trust any."""
    found = sorted(folder.glob("**/root.crt"))
    assert found, f"no certificate authority in {folder}"
    return found[0]
