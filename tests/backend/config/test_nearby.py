"""Language servers that run on this computer are known by what they answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from config import nearby
from config.nearby import Nearby
from support.limits import in_time

Serve = Callable[[dict[str, object]], int]
OLLAMA = {
    "/api/version": {"version": "0.9.6"},
    "/api/tags": {
        "models": [
            {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
            {"name": "llama3.2:latest", "details": {"family": "llama"}},
        ]
    },
}
LLAMA_CPP = {
    "/v1/models": {"data": [{"id": "gemma-3-4b.gguf", "owned_by": "llamacpp"}]},
    "/api/tags": {"models": [{"name": "gemma-3-4b.gguf"}]},
}
LM_STUDIO = {
    "/api/v0/models": {
        "data": [
            {"id": "text-embedding-nomic", "type": "embeddings", "state": "loaded"},
            {"id": "qwen3-4b", "type": "llm", "state": "not-loaded"},
            {"id": "gemma-3-4b-it", "type": "vlm", "state": "loaded"},
        ]
    }
}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves JSON by path on a port of its own; everything else is 404."""
    servers: list[ThreadingHTTPServer] = []

    def _serve(answers: dict[str, object]) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path not in answers:
                    return self.send_error(404)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(answers[self.path]).encode())

            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.05,), daemon=True).start()
        return int(servers[-1].server_address[1])

    yield _serve
    for server in servers:
        server.shutdown()
        server.server_close()


def found(**ports: int) -> list[Nearby]:
    """What is noticed; the ports of names that are not given are closed ones."""
    names = {"ollama": "Ollama", "llama_cpp": "llama.cpp", "lm_studio": "LM Studio"}
    return nearby.running(ports={name: ports.get(short, 9) for short, name in names.items()})


def test_each_is_noticed_with_a_model_that_can_talk(serve: Serve) -> None:
    ports = [serve(answers) for answers in (OLLAMA, LLAMA_CPP, LM_STUDIO)]
    assert found(ollama=ports[0], llama_cpp=ports[1], lm_studio=ports[2]) == [
        Nearby("Ollama", f"http://127.0.0.1:{ports[0]}/v1", "llama3.2:latest"),
        Nearby("llama.cpp", f"http://127.0.0.1:{ports[1]}/v1", "gemma-3-4b.gguf"),
        Nearby("LM Studio", f"http://127.0.0.1:{ports[2]}/v1", "gemma-3-4b-it"),
    ]


def test_the_lines_to_set() -> None:
    assert nearby.settings_for(Nearby("Ollama", "http://127.0.0.1:11434/v1", "llama3.2")) == [
        "LLM_BASE_URL=http://127.0.0.1:11434/v1",
        "LLM_MODEL=llama3.2",
    ]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"/v1/models": {"data": [{"id": "gpt-4o-mini", "owned_by": "local"}]}},
        {"/v1/models": ["a", "list"], "/api/version": "text", "/api/v0/models": {"data": {}}},
        {**OLLAMA, "/api/tags": {"models": []}},
        {"/api/tags": OLLAMA["/api/tags"]},
        {**OLLAMA, "/api/tags": {"models": [{"name": "<script>\u001b[2J"}]}},
        {"/api/v0/models": {"data": [{"id": "no-state", "type": "llm"}]}},
    ],
)
def test_another_program_on_the_port_is_not_taken_for_one(
    serve: Serve, answers: dict[str, object]
) -> None:
    port = serve(answers)
    assert found(ollama=port, llama_cpp=port, lm_studio=port) == []


def test_our_own_ports_are_not_asked(serve: Serve) -> None:
    port = serve(OLLAMA)
    ports = {"Ollama": port, "llama.cpp": 9, "LM Studio": 9}
    assert nearby.running({port}, ports) == []


def test_one_that_does_not_answer_costs_a_moment(serve: Serve) -> None:
    port = serve(OLLAMA)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        noticed = found(ollama=port, llama_cpp=silent.getsockname()[1])
    assert [server.name for server in noticed] == ["Ollama"]
    assert in_time(time.monotonic() - started, nearby.ALL_SECONDS + 1)
