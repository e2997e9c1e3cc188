"""What each job process inherits ready-made: all that jobs.py imports, and the HTTP clients.

livekit-agents imports this module in the process that job processes are forked from.
"""

from __future__ import annotations

import signal

from agents.resolving import resolve

from agent_manager.providers import assemble as pipeline
from agent_manager.runtimes import jobs as jobs  # sets Django up

# A process manager may signal the whole group; whoever drains is the worker's main process. Job
# processes inherit this.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pipeline.warm(resolve().services)
