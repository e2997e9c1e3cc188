"""Language servers that run on this computer already. Standard library only: scripts ask too."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

HOST = "127.0.0.1"
ANSWER_SECONDS = 1.0
ALL_SECONDS = 2.5
MOST_BYTES = 2 * 1024 * 1024
MODEL_NAME = re.compile(r"[\w.:/@+-]{1,200}", re.ASCII)
"""A name that can stand in a setting, on a page and in a terminal as it is."""
NO_CHAT = re.compile(r"embed|bert|rerank", re.IGNORECASE)


@dataclass(frozen=True)
class Nearby:
    """A language server: what it is called, and what LLM_BASE_URL and LLM_MODEL would be."""

    name: str
    base_url: str
    model: str


def running(
    exclude_ports: Collection[int] = (), ports: dict[str, int] | None = None
) -> list[Nearby]:
    """Returns the servers of language that answer on loopback and have a model, within seconds.

    Each is known by what it answers, so that another program on its port is not taken for it.
    Blocks. `ports`, by the servers' names, replaces the usual ones.
    """
    asked = {**USUAL_PORTS, **(ports or {})}
    found: dict[str, Nearby] = {}

    def ask(name: str, port: int) -> None:
        if model := MODEL_OF[name](port):
            found[name] = Nearby(name, f"http://{HOST}:{port}/v1", model)

    threads = [
        threading.Thread(target=ask, args=(name, port), daemon=True)
        for name, port in asked.items()
        if port not in exclude_ports
    ]
    until = time.monotonic() + ALL_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return [found[name] for name in asked if name in dict(found)]


def settings_for(server: Nearby) -> list[str]:
    """Returns the two lines of .env that make the agent think with this server."""
    return [f"LLM_BASE_URL={server.base_url}", f"LLM_MODEL={server.model}"]


def _ollama(port: int) -> str:
    """The model that was changed last; llama.cpp imitates the list, but not the version."""
    if not isinstance(_field(_get(port, "/api/version"), "version"), str):
        return ""
    models = _entries(_get(port, "/api/tags"), "models")
    return _first(m.get("name") for m in models if not NO_CHAT.search(_family(m)))


def _llama_cpp(port: int) -> str:
    models = _entries(_get(port, "/v1/models"), "data")
    return _first(m.get("id") for m in models if m.get("owned_by") == "llamacpp")


def _lm_studio(port: int) -> str:
    """A model that is loaded, or else one that would be when it is asked."""
    models = _entries(_get(port, "/api/v0/models"), "data")
    usable = [m for m in models if m.get("type") in ("llm", "vlm") and "state" in m]
    usable.sort(key=lambda m: m["state"] != "loaded")
    return _first(m.get("id") for m in usable)


def _family(model: dict[str, Any]) -> str:
    return str(_field(model.get("details"), "family") or "")


def _first(names: Any) -> str:
    usable = (n for n in names if isinstance(n, str) and MODEL_NAME.fullmatch(n))
    return next((name for name in usable if not NO_CHAT.search(name)), "")


def _entries(answer: object, field: str) -> list[dict[str, Any]]:
    found = _field(answer, field)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _field(answer: object, name: str) -> object:
    return answer.get(name) if isinstance(answer, dict) else None


def _get(port: int, path: str) -> object:
    """The JSON at this path, or None where there is none. No proxy, and no redirect is followed."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        return json.loads(answer.read(MOST_BYTES)) if answer.status == 200 else None
    except (OSError, ValueError, http.client.HTTPException, RecursionError):
        return None
    finally:
        connection.close()


USUAL_PORTS = {"Ollama": 11434, "llama.cpp": 8080, "LM Studio": 1234}
MODEL_OF: dict[str, Callable[[int], str]] = {
    "Ollama": _ollama,
    "llama.cpp": _llama_cpp,
    "LM Studio": _lm_studio,
}
