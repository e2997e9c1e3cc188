"""Which runtime this process has. The heavy half is imported only by what runs agents."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from agent_manager.runtimes.base import Runtime


@cache
def runtime() -> Runtime:
    """The runtime that AGENT_RUNTIME chooses, one in each process."""
    if settings.AGENT_RUNTIME == "dispatch":
        from agent_manager.runtimes.dispatch import DispatchRuntime

        return DispatchRuntime()
    from agent_manager.runtimes.embedded import EmbeddedRuntime

    return EmbeddedRuntime()
