"""A small booking system to try examples/agents/restaurant-bookings.yaml with.

`python examples/booking_server.py` listens at http://127.0.0.1:8090 and keeps its book in memory.
GET /tables?day=2026-05-01&people=4 tells the free times of a day; POST /bookings takes day, time,
people, name and phone as JSON.
"""

from __future__ import annotations

import itertools
import json
import sys
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PORT = 8090
TIMES = ("18:00", "19:30", "21:00")
TABLES = 4
"""Which can be booked for each of these times."""
MOST_PEOPLE = 8
MOST_BYTES = 10_000
CLOSED_ON = 0
"""Monday, as `date.weekday` counts."""


class Book:
    """Who has booked, by day and time."""

    def __init__(self) -> None:
        self._booked: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)

    def free(self, day: str, people: int) -> dict[str, Any]:
        """Returns the free times of a day for so many people, and why there are none."""
        if date.fromisoformat(day).weekday() == CLOSED_ON:
            return {"free": [], "reason": "The restaurant is closed on Mondays."}
        if people > MOST_PEOPLE:
            return {"free": [], "reason": "The owner has to call back for so many people."}
        return {"free": [time for time in TIMES if len(self._at(day, time)) < TABLES]}

    def book(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Returns the number of a new booking, or why the table is not to be had."""
        day, time = str(wish["day"]), str(wish["time"])
        found = self.free(day, int(wish["people"]))
        if time not in found["free"]:
            return {"booked": False, "reason": found.get("reason", "That time is taken."), **found}
        self._at(day, time).append(wish)
        return {"booked": True, "number": f"R-{next(self._numbers)}"}

    def _at(self, day: str, time: str) -> list[dict[str, Any]]:
        return self._booked.setdefault((day, time), [])


class Handler(BaseHTTPRequestHandler):
    """Answers from the one book of the process."""

    book = Book()

    def do_GET(self) -> None:
        """GET /tables?day=&people="""
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != "/tables":
            return self._answer(404, {"reason": "There is nothing here."})
        self._try(lambda: self.book.free(asked["day"], int(asked.get("people", "2"))))

    def do_POST(self) -> None:
        """POST /bookings"""
        length = min(int(self.headers.get("Content-Length", 0)), MOST_BYTES)
        body = self.rfile.read(length)
        if self.path != "/bookings":
            return self._answer(404, {"reason": "There is nothing here."})
        self._try(lambda: self.book.book(json.loads(body)))

    def _try(self, work: Any) -> None:
        try:
            self._answer(200, work())
        except (KeyError, TypeError, ValueError):
            self._answer(400, {"reason": "Send day (2026-05-01), time (19:30), people and name."})

    def _answer(self, status: int, found: dict[str, Any]) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serves until it is interrupted."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"The restaurant's book is at http://127.0.0.1:{port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
