"""The worker process that holds the language model: `python -m local_ai.head.worker`.

llama.cpp ends the process on processors that it was not built for, takes gigabytes, and may be
killed for them: a process of its own. It is ready at once and loads the model when told to.

From the server: `L` load (JSON: Load), `Q` question (JSON: a request of llama.cpp's server), `C`
cancel. To the server: `U` the model is up, `N` it is not, `T` one piece of the answer (JSON of
llama.cpp's server), `D` done.
"""

import json
import os
import secrets
import threading
from dataclasses import dataclass
from typing import Any

from local_ai.wire import READY, Message, ServerLink

_LESS_URGENT = 2
_BATCH = 32
"""Tokens of a prompt between two tokens of somebody else's answer, and two looks for a cancel."""
_REUSED = 32
"""Tokens in a row that are moved, not read again, when older turns before them were left out."""
_SILENT = 0
_YIELDING = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that wait for each other give their core away: spinning takes ten times as long where
somebody else wants it too. Read by libgomp when it is loaded."""


@dataclass(frozen=True)
class Load:
    """Which model is loaded, and what it may use: `context` is in tokens, for each slot."""

    path: str
    slots: int
    context: int
    threads: int


class _Link(ServerLink):
    """The pipe for several threads: a message is never in the middle of another one."""

    def __init__(self) -> None:
        self._sending = threading.Lock()
        super().__init__()

    def send(self, kind: str, channel: int = 0, body: bytes = b"") -> None:
        with self._sending:
            super().send(kind, channel, body)


class Worker:
    """The questions of one worker process, each answered in a thread of its own."""

    def __init__(self, link: ServerLink) -> None:
        self._link = link
        self._server: Any = None
        self._cancelled: dict[int, threading.Event] = {}

    def run(self) -> None:
        """Serve until the server closes the pipe."""
        self._link.send(READY)
        while True:
            message = self._link.inbox.get()
            if message.kind == "L":
                self._load(Load(**json.loads(message.body)))
            elif message.kind == "Q":
                self._ask(message)
            elif message.kind == "C" and (cancelled := self._cancelled.get(message.channel)):
                cancelled.set()

    def _load(self, load: Load) -> None:
        try:
            self._server = _server(load)
        except Exception:  # the binding's own errors have no base of their own
            self._link.send("N")
        else:
            self._link.send("U")

    def _ask(self, message: Message) -> None:
        self._cancelled[message.channel] = threading.Event()
        threading.Thread(target=self._answer, args=(message,), daemon=True).start()

    def _answer(self, message: Message) -> None:
        cancelled = self._cancelled[message.channel]

        def on_chunk(chunk: Any) -> bool:
            if not cancelled.is_set():
                self._link.send("T", message.channel, json.dumps(chunk).encode())
            return cancelled.is_set()

        try:
            self._server.handle_chat_completions(json.loads(message.body), on_chunk)
        except Exception as error:  # what it does not take; its words are about the request
            on_chunk({"error": {"code": 400, "message": str(error), "type": "not_taken"}})
        del self._cancelled[message.channel]
        self._link.send("D", message.channel)


def _server(load: Load) -> Any:
    """llama.cpp's server with the model; its port on loopback takes a key that nobody knows."""
    os.environ.update(_YIELDING)
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = load.path
    parameters.n_parallel = load.slots
    parameters.n_ctx = load.context * load.slots
    parameters.n_batch = parameters.n_ubatch = _BATCH
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = min(2, load.threads)
    parameters.n_cache_reuse = _REUSED
    parameters.cache_ram_mib = 0
    parameters.cache_idle_slots = False
    parameters.n_gpu_layers = 0
    parameters.api_keys = [secrets.token_urlsafe(32)]
    parameters.ui = parameters.endpoint_slots = False
    parameters.enable_reasoning = 0
    parameters.verbosity = _SILENT
    return xllamacpp.Server(parameters)


def main() -> None:
    """Serve until the server closes the pipe, after the voice when both want a core."""
    if hasattr(os, "nice"):
        os.nice(_LESS_URGENT)
    Worker(_Link()).run()


if __name__ == "__main__":
    main()
