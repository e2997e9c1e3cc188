"""`python -m local_ai.fetch ears` (or head): fetches what is missing; progress as JSON lines."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from types import FrameType

from local_ai import settings
from local_ai.fetch.cache import KINDS, locked
from local_ai.fetch.failed import SETTING, STOPPED, FetchFailed
from local_ai.fetch.fetching import fetch

_TELL_SECONDS = 0.5


class Teller:
    """Prints progress, not more often than a reader can use it.

    A reader that is gone ends the process, by the error of the pipe.
    """

    def __init__(self) -> None:
        self._told_at = -_TELL_SECONDS

    def __call__(self, fetched: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_SECONDS or fetched == total:
            self._told_at = now
            print_line({"fetched_bytes": fetched, "total_bytes": total})


def print_line(line: dict[str, object]) -> None:
    """Prints one JSON line at once."""
    print(json.dumps(line), flush=True)


def main(arguments: list[str]) -> int:
    """The exit code: 0 when everything is there, 1 when a line says why not."""
    kind = next((kind for kind in KINDS if arguments == [kind]), None)
    if kind is None:
        print(f"usage: python -m local_ai.fetch {'|'.join(KINDS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _stop)
    try:
        fetch(kind, locked(kind), settings.read().cache, Teller())
        return 0
    except settings.Unusable as unusable:
        failed = FetchFailed(SETTING, str(unusable))
    except FetchFailed as error:
        failed = error
    except KeyboardInterrupt:
        failed = FetchFailed(STOPPED, "Stopped; the next start goes on from here.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    print_line({"failed": failed.code, "message": failed.message})
    return 1


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
