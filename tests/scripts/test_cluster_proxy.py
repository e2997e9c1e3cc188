"""The cluster's proxy, a real Caddy: one origin over several of each, and no token in its log."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from support.groups import starts_programs
from support.ports import free_port
from support.processes import Process
from support.waiting import until

from scripts.cluster import config as cluster_config
from scripts.run.probes import answers_http

BACKEND, FRONTEND, MEDIA = "backend", "frontend", "media"


class Upstream:
    """Answers every request with its name and port; sockets that are upgraded stay open."""

    def __init__(self, name: str, port: int) -> None:
        self.port = port
        self.upgraded = False
        self._connections: list[socket.socket] = []
        upstream, own = self, f"{name} {port}".encode()

        class Answers(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                upstream._connections.append(self.connection)

            def do_GET(self) -> None:
                if self.headers.get("Upgrade"):
                    self.send_response(101)
                    self.send_header("Upgrade", "websocket")
                    self.send_header("Connection", "Upgrade")
                    self.end_headers()
                    upstream.upgraded = True
                    self.connection.recv(1)
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(own)))
                self.send_header("X-Seen", self.headers.get("X-Forwarded-Proto", ""))
                self.end_headers()
                self.wfile.write(own)

            do_POST = do_GET

            def log_message(self, *arguments: object) -> None:
                """Keeps the test output quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Listens no more and breaks what is open, as a killed process does."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@dataclass
class Cluster:
    """A running proxy and what is behind it."""

    port: int
    inside: int
    log: Path
    upstreams: dict[str, list[Upstream]] = field(default_factory=dict)

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Status, body and the scheme that the upstream was told."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=20, context=trusting()
        )
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get("X-Seen", "")

    def loses(self, kind: str, place: int) -> None:
        """Kills one process, and asks until the proxy has seen that its connections are broken.

        What is sent on one of those at that moment may have been done, so no proxy sends a POST
        once more.
        """
        self.upstreams[kind][place].end()
        for _ in range(8):
            self.ask("/health" if kind == BACKEND else "/chat")

    def served_by(self, path: str) -> str:
        """The kind of process that answers at a path."""
        return self.ask(path)[1].split(" ")[0]


def trusting() -> ssl.SSLContext:
    """Takes any certificate, as a person does who clicks through the browser's question."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.fixture
@starts_programs
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    caddy = shutil.which("caddy")
    assert caddy, "set-up for the tests installs Caddy"
    media, backends, frontends = free_port(), [free_port(), free_port()], [free_port(), free_port()]
    port, inside = free_port(), free_port()
    config, log = tmp_path / "Caddyfile", tmp_path / "log"
    config.write_text(
        cluster_config.caddyfile(port, inside, media, backends, frontends, tmp_path / "caddy")
    )
    cluster = Cluster(port, inside, log)
    for kind, numbers in ((BACKEND, backends), (FRONTEND, frontends), (MEDIA, [media])):
        cluster.upstreams[kind] = [Upstream(kind, number) for number in numbers]
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    command = [caddy, "run", "--config", str(config), "--adapter", "caddyfile"]
    with Process(command, env=env, cwd=tmp_path, log=log) as process:
        process.wait_until_answers(f"http://127.0.0.1:{inside}/health")
        address = f"https://127.0.0.1:{port}/health"
        until(lambda: answers_http(address), seconds=120, what="the proxy has its certificate")
        yield cluster
    for upstream in (u for several in cluster.upstreams.values() for u in several):
        upstream.end()


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        (BACKEND, ["/token", "/session", "/session/abc", "/sessions?q=a", "/transcripts/abc"]),
        (
            BACKEND,
            [
                "/ws/transcript/abc",
                "/health",
                "/ready",
                "/ready/services",
                "/schema",
                "/schema/docs",
            ],
        ),
        (BACKEND, ["/admin/", "/backend-static/a.css", "/livekit-webhook"]),
        (FRONTEND, ["/", "/chat", "/check", "/history", "/visitor-token"]),
        (FRONTEND, ["/static/js/voice-agent.js"]),
        (MEDIA, ["/rtc", "/rtc/v1?access_token=t", "/rtc/validate"]),
    ],
)
def test_one_origin_leads_everywhere(cluster: Cluster, kind: str, paths: list[str]) -> None:
    assert {path: cluster.served_by(path) for path in paths} == dict.fromkeys(paths, kind)


def test_requests_reach_both_of_each_and_say_that_they_came_over_https(cluster: Cluster) -> None:
    for path, kind in (("/health", BACKEND), ("/chat", FRONTEND)):
        answers = [cluster.ask(path) for _ in range(12)]
        assert {body for _, body, _ in answers} == {
            f"{kind} {upstream.port}" for upstream in cluster.upstreams[kind]
        }
        assert {(status, scheme) for status, _, scheme in answers} == {(200, "https")}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_notices_that_one_of_two_is_gone(cluster: Cluster, method: str) -> None:
    cluster.loses(BACKEND, 0)
    cluster.loses(FRONTEND, 1)
    answers = [cluster.ask(path, method)[0] for path in ("/session", "/chat") for _ in range(8)]
    assert set(answers) == {200}


def test_the_processes_on_this_machine_have_a_plain_address_over_both_backends(
    cluster: Cluster,
) -> None:
    cluster.loses(BACKEND, 1)
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", cluster.inside, timeout=20)
        with contextlib.closing(connection):
            connection.request("POST", "/livekit-webhook")
            assert connection.getresponse().status == 200


def test_a_socket_closes_at_once_when_its_backend_is_gone(cluster: Cluster) -> None:
    with trusting().wrap_socket(socket.create_connection(("127.0.0.1", cluster.port), 20)) as page:
        page.sendall(
            b"GET /ws/transcript/abc HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert page.recv(4096).startswith(b"HTTP/1.1 101")
        backend = until(lambda: next((u for u in cluster.upstreams[BACKEND] if u.upgraded), None))
        backend.end()
        page.settimeout(3)
        assert page.recv(4096) == b""


def test_no_token_gets_into_the_log_when_a_request_fails(cluster: Cluster) -> None:
    cluster.upstreams[MEDIA][0].end()
    protocols = {"Sec-WebSocket-Protocol": "voice-agent.v1, token-in-a-header"}
    status, _, _ = cluster.ask("/rtc/v1?access_token=token-in-a-query", headers=protocols)
    assert status == 502
    logged = until(lambda: (t := cluster.log.read_text()) and '"status":502' in t and t)
    assert '"uri":"/rtc/v1"' in logged
    assert "token-in" not in logged
