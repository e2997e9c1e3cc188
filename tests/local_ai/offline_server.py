"""The offline speech server as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
START_DEADLINE = 90.0
BEST, FALLBACK = "best", "fallback"
NEURAL, PLAIN = ("onnxruntime", "hibari"), ("pocketsphinx", "espeakng_loader", "flite")
HIDING = """
import importlib.abc, importlib.util, sys
HIDDEN = {names}
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name in HIDDEN else real(name, *a)
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in HIDDEN:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import ctypes
load = ctypes.CDLL.__init__
def cdll(self, name=None, *a, **k):
    if "flite" in str(name) and "flite" in HIDDEN:
        raise OSError(name)
    load(self, name, *a, **k)
ctypes.CDLL.__init__ = cdll
"""


@dataclass
class Server:
    """A running server: where it answers, its process, and the file that has its log."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> None:
        left = self.workers if self.process.poll() is None else []
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        for worker in left:
            if worker.is_running():
                worker.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(log: Path, **settings: str) -> Server:
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_ai"],
            cwd=ROOT,
            env={**os.environ, "LOCAL_AI_PORT": str(port), "LOCAL_LLM": "off", **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}/v1", process, log)
    deadline = time.monotonic() + START_DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{server.url}/models", timeout=2).raise_for_status()
            return server
        except httpx.ConnectError:
            time.sleep(0.05)
    server.stop()
    raise AssertionError(f"the server did not start: {log.read_text()}")


def without(folder: Path, *names: str) -> Server:
    """A server, with an empty cache, whose every process finds none of these packages."""
    (folder / "sitecustomize.py").write_text(HIDING.format(names=repr(set(names))))
    paths = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    cache = folder / "cache"
    return start_server(folder / "log", PYTHONPATH=paths, LOCAL_AI_CACHE=str(cache))
