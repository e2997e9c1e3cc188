"""What each job process inherits ready-made: all that jobs.py imports, and the HTTP clients.

livekit-agents imports this module in the process that job processes are forked from.
"""

from __future__ import annotations

from . import jobs as jobs  # sets Django up
from . import pipeline

pipeline.warm()
