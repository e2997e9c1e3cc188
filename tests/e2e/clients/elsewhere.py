"""A site of somebody else's, at an origin of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TYPES = {".js": "text/javascript"}


@contextmanager
def elsewhere(
    port: int, pages: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The site's address for the block; it has these pages by path, with these headers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(404 if page is None else 200)
            kind = TYPES.get(self.path[-3:], "text/html")
            for name, value in {
                "Content-Type": f"{kind}; charset=utf-8",
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: a test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
