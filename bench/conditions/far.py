"""Services that are far away, and encrypted."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.networks.certificates import certificate
from tests.support.ports import free_port
from tests.support.processes import ROOT, Process
from tests.support.waiting import until

from ..runs import Services
from .distance import READY


@contextmanager
def far(around: Services) -> Iterator[Services]:
    """The same services for the block, seen over the distance."""
    port, target = free_port(), urlsplit(around.openai_url).port
    with tempfile.TemporaryDirectory(prefix="bench-far-") as folder:
        made = certificate(Path(folder))
        command = [sys.executable, "-m", "bench.conditions.distance", str(port), str(target)]
        with Process([*command, made.path, made.key], env={"PYTHONPATH": str(ROOT)}) as proxy:
            until(lambda: READY in proxy.output(), what="the distant services answer")
            seen = {"OPENAI_BASE_URL": f"https://localhost:{port}/v1", "SSL_CERT_FILE": made.path}
            yield replace(around, env={**around.env, **seen})
