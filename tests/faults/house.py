"""The cluster that faults are done to: one for as many of them as it fits."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from fakes.openai_api import OpenAIStandIn

from scripts.cluster import Cluster

from .of_agents import DRAIN_SECONDS
from .registry import Fault

SETTINGS = {
    "AGENT_DRAIN_SECONDS": str(DRAIN_SECONDS),
    "AGENT_SESSIONS": "6",
    "AGENT_LOAD_LIMIT": "100",
    "LOG_FORMAT": "json",
    "REQUESTS_PER_MINUTE": "1000000",
}
"""Seats for what two cores can do; people and browser share them, so load closes no worker."""
KEY = "sk-of-the-stand-in"


class House:
    """A context manager that has a running cluster for each fault.

    The cluster's folder, with its logs, is thrown away unless it is to be below `keep`.
    """

    def __init__(self, keep: Path | None = None) -> None:
        self._keep = keep
        self._cluster: Cluster | None = None
        self._models: OpenAIStandIn | None = None
        self._rooms = contextlib.ExitStack()

    def fit(self, fault: Fault) -> tuple[Cluster, OpenAIStandIn | None]:
        """A cluster of the kind that the fault needs: the one that runs, or another."""
        if self._cluster is None or fault.with_models != (self._models is not None):
            self._move(with_models=fault.with_models)
        assert self._cluster is not None
        return self._cluster, self._models

    def __enter__(self) -> House:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._rooms.close()

    def _move(self, *, with_models: bool) -> None:
        self._rooms.close()
        os.environ.pop("SSL_CERT_FILE", None)  # the next cluster's programs would trust the last's
        self._models = self._rooms.enter_context(OpenAIStandIn()) if with_models else None
        folder = self._folder()
        settings = {**SETTINGS, **_models_settings(self._models)}
        self._cluster = self._rooms.enter_context(Cluster(folder, settings))
        os.environ["SSL_CERT_FILE"] = str(_authority(folder))

    def _folder(self) -> Path:
        if self._keep is None:
            return Path(self._rooms.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        folder = self._keep / ("models" if self._models else "plain")
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, mode=0o700)
        return folder


def _models_settings(models: OpenAIStandIn | None) -> dict[str, str]:
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": models.base_url} if models else {}


def _authority(folder: Path) -> Path:
    """The certificate that LiveKit's SDK has to trust: it cannot be told to trust any."""
    found = sorted(folder.glob("**/root.crt"))
    assert found, f"no certificate authority in {folder}"
    return found[0]
