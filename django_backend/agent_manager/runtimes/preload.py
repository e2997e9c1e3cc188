"""What each job process inherits ready-made: all that jobs.py imports, and the HTTP clients.

livekit-agents imports this module in the process that job processes are forked from.
"""

from __future__ import annotations

import signal

from agent_manager.runtimes import jobs  # sets Django up, before anything of it is imported
from agent_manager.tools import mcp_link  # noqa: F401  (no session waits for its import)

# A process manager may signal the whole group; whoever drains is the worker's main process. Job
# processes inherit this.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
jobs.warm()
