"""The backend's own server, with agents that only pretend: what is asked of it needs no media."""

from __future__ import annotations

from serving import server  # isort: skip  (sets Django up, which the next imports need)
from agent_manager.runtimes import base as runtimes
from fakes.runtime import FakeRuntime

_pretended = FakeRuntime()
runtimes.runtime = lambda: _pretended  # type: ignore[assignment]
server.main()
