"""`python -m local_ai.fetch head` with another file: `fetcher.py URL head`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from sources import locked

from local_ai.fetch import __main__ as program
from local_ai.fetch.cache import Source

if __name__ == "__main__":
    program.locked = lambda kind: (locked(Source(url=sys.argv[1])),)
    sys.exit(program.main(sys.argv[2:]))
