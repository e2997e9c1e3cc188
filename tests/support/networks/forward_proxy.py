"""A real proxy on loopback: tunnels for CONNECT, and requests with a whole address."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

CHUNK = 65536


class ForwardProxy:
    """Keeps in `asked` what each connection asked for: "CONNECT host:port" or "GET http://…".

    `hosts` says which port of this machine stands for a name; others are refused with 502.
    """

    def __init__(self, hosts: Mapping[str, int]) -> None:
        self.asked: list[str] = []
        self.credentials: list[str] = []
        self._hosts = hosts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address as HTTP_PROXY takes it."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Listens no more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (data := near.recv(CHUNK)):
                    return
                head += data
            lines, _, rest = head.partition(b"\r\n\r\n")
            request, *fields = lines.decode("latin-1").split("\r\n")
            method, target, _ = request.split(" ")
            self.asked.append(f"{method} {target}")
            self.credentials += [f for f in fields if f.lower().startswith("proxy-authorization")]
            parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
            port = self._hosts.get(parts.hostname or "")
            if port is None:
                near.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", port)) as far:
                if method == "CONNECT":
                    near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    path = parts.path + (f"?{parts.query}" if parts.query else "")
                    far.sendall(_to_origin(method, path, fields) + rest)
                back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
                back.start()
                _pass_on(near, far)
                back.join()


def _to_origin(method: str, path: str, fields: list[str]) -> bytes:
    """The head of a request as its server wants it, on a connection of its own."""
    if not any(field.lower().startswith("upgrade:") for field in fields):
        fields = [f for f in fields if not f.lower().startswith(("connection:", "proxy-"))]
        fields.append("Connection: close")
    return "\r\n".join([f"{method} {path or '/'} HTTP/1.1", *fields, "", ""]).encode("latin-1")


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def forward_proxy(**hosts: int) -> Iterator[ForwardProxy]:
    """A proxy for the block; `speech_example=8000` makes port 8000 stand for speech.example."""
    running = ForwardProxy({name.replace("_", "."): port for name, port in hosts.items()})
    try:
        yield running
    finally:
        running.close()
