"""Stands in for any process of a run: `stand_in.py NAME PORT_SETTING FOLDER`.

Answers every GET with 200, except that /die ends it with exit code 3. Starts a process of its own,
as the offline voice does, and leaves both process ids in FOLDER/NAME.pids. On SIGTERM it writes
`NAME asked` to FOLDER/stops and, half a second later, `NAME gone`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME, PORT, FOLDER = sys.argv[1], int(os.environ[sys.argv[2]]), Path(sys.argv[3])
SECONDS_TO_STOP = 0.5


class Answers(BaseHTTPRequestHandler):
    """200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        if self.path == "/die":
            print("the last words of", NAME, flush=True)
            os._exit(3)

    def log_message(self, *arguments: object) -> None:
        """Keeps the run's output to what the tests look for."""


def note(word: str) -> None:
    with (FOLDER / "stops").open("a") as stops:
        stops.write(f"{NAME} {word}\n")


def leave(signum: int, frame: object) -> None:
    note("asked")
    time.sleep(SECONDS_TO_STOP)
    note("gone")
    os._exit(0)


def main() -> None:
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (FOLDER / f"{NAME}.pids").write_text(f"{os.getpid()} {own.pid}")
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
