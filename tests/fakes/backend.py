"""A backend for the site's tests: a real HTTP server that keeps the contract, or fails if told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from .local_server import READY

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; `visitor` is empty when the token was not accepted."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    visitor: str
    method: str = "GET"


@dataclass
class Failure:
    """What to answer instead: a status, a body that is no JSON, or nothing until released."""

    status: int = 200
    body: bytes = b'{"title": "Trouble"}'
    times: int | None = None
    hang: bool = False


def agent(slug: str = "default", **changes: Any) -> Json:
    """An agent, as `GET /agents/{slug}` gives it to visitors, and its visibility.

    The default one is as `make run` has it.
    """
    is_default = slug == "default"
    told = {"slug": slug, "name": "", "description": "", "language": "en", "variables": []}
    told |= {"visitor_instructions": is_default, "recording": "off", "visibility": "public"}
    return told | changes


@dataclass
class FakeBackend:
    """`GET /ready`, `/local-voice`, `/agents` and `/agents/{slug}`, and of a visitor's sessions
    `GET` and `DELETE /sessions` and `/transcripts/{id}`.

    A context manager. `sounds` are recordings by the ids of their sessions. `offline` are the
    services that are local, `local` what differs from a local voice at its best. `agents` are those
    that are not retired.
    """

    secret: str
    transcripts: list[Json] = field(default_factory=list)
    offline: tuple[str, ...] = ()
    local: Json = field(default_factory=dict)
    sounds: dict[str, bytes] = field(default_factory=dict)
    agents: list[Json] = field(default_factory=lambda: [agent()])
    failures: dict[str, Failure] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def add(self, session_id: str, visitor: str, **changes: Any) -> Json:
        """Records a session of that visitor, newest last, and gives its transcript."""
        transcript = session(session_id) | {"visitor": visitor} | changes
        self.transcripts.append(transcript)
        return transcript

    def fail(self, path: str, **failure: Any) -> None:
        """From now on requests whose path begins with `path` fail, `times` times or always."""
        self.failures[path] = Failure(**failure)

    def failure(self, path: str) -> Failure | None:
        for prefix, failure in self.failures.items():
            if path.startswith(prefix) and failure.times != 0:
                failure.times = None if failure.times is None else failure.times - 1
                return failure
        return None

    def visitor(self, headers: dict[str, str]) -> str:
        """The visitor whom the bearer token names, or an empty string."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, self.secret, algorithms=["HS256"], audience="voice-agent")
        except jwt.InvalidTokenError:
            return ""
        return str(claims["sub"])

    def __enter__(self) -> FakeBackend:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


def session(session_id: str) -> Json:
    """An ended session of two entries, as `GET /transcripts/{id}` gives it."""
    return {
        "session_id": session_id,
        "state": "ended",
        "room": "quickstart-k4m2",
        "identity": "guest",
        "created_at": "2026-11-20T14:02:10.100Z",
        "started_at": "2026-11-20T14:02:11.000Z",
        "ended_at": "2026-11-20T14:04:25.000Z",
        "end_reason": "stopped",
        "last_seq": 12,
        "speaking": [],
        "entries": [
            entry(4, "agent", "Hello. What would you like to do?", "2026-11-20T14:02:11.400Z"),
            entry(8, "user", "I would like to book a table.", "2026-11-20T14:02:17.000Z"),
        ],
    }


def entry(order: int, role: str, text: str, at: str, **changes: Any) -> Json:
    """One thing that was said."""
    said = {"seq": order + 1, "order": order, "segment": f"s{order}", "role": role}
    said |= {"text": text, "at": at}
    return said | {"interrupted": False} | changes


def times(order: int, **parts: int) -> Json:
    """What the reply with that order took: the parts in milliseconds, by name without `_ms`."""
    told = {f"{name}_ms": ms for name, ms in parts.items()}
    known = {"event": "turn_times", "seq": order + 1, "at": "2026-11-20T14:02:18.6Z"}
    return known | {"segment": f"s{order}", "wait_ms": sum(parts.values())} | told


def answer(backend: FakeBackend, asked: Asked) -> tuple[int, Json]:
    """The contract: status and body for one request."""
    if asked.path == "/ready":
        return 200, _ready(backend.offline)
    if asked.path == "/local-voice":
        return 200, local_voice(backend.offline, **backend.local)
    if asked.path.startswith("/agents"):
        return _agents(backend.agents, asked.path.removeprefix("/agents").strip("/"))
    if not asked.visitor:
        return 401, _problem(401, "Unauthorized")
    mine = [t for t in reversed(backend.transcripts) if t["visitor"] == asked.visitor]
    if asked.method == "DELETE":
        return _erased(backend, asked, mine)
    if asked.path == "/sessions":
        return _sessions(mine, asked.query)
    wanted = asked.path.removeprefix("/transcripts/")
    found = next((t for t in mine if t["session_id"] == wanted), None)
    return (200, _public(found)) if found else (404, _problem(404, "Not Found"))


def _agents(agents: list[Json], slug: str) -> tuple[int, Json]:
    if not slug:
        public = [each for each in agents if each["visibility"] == "public"]
        listed = ("slug", "name", "description", "language")
        return 200, {
            "agents": [{key: each[key] for key in listed} for each in public],
            "next": None,
        }
    open_ = [each for each in agents if each["visibility"] != "operators"]
    found = next((each for each in open_ if each["slug"] == slug), None)
    if found is None:
        return 404, _problem(404, "Not Found") | {"code": "agent_not_found"}
    return 200, {key: value for key, value in found.items() if key != "visibility"}


def _erased(backend: FakeBackend, asked: Asked, mine: list[Json]) -> tuple[int, Json]:
    wanted = asked.path.removeprefix("/transcripts/")
    found = [t for t in mine if asked.path == "/sessions" or t["session_id"] == wanted]
    if not found and asked.path != "/sessions":
        return 404, _problem(404, "Not Found")
    ended = [t for t in found if t["state"] == "ended"]
    if not ended and asked.path != "/sessions":
        return 409, _problem(409, "Conflict")
    backend.transcripts = [t for t in backend.transcripts if t not in ended]
    return 204, {}


def _sessions(mine: list[Json], query: dict[str, str]) -> tuple[int, Json]:
    if not query.get("before", "0").isdigit():
        return 400, _problem(400, "Bad Request")
    q = query.get("q", "").lower()
    rows = [row for row in (_row(t, q) for t in mine) if row["line"] or not q]
    first, limit = int(query.get("before", "0")), int(query["limit"])
    after = first + limit
    return 200, {"sessions": rows[first:after], "next": str(after) if len(rows) > after else None}


def _row(transcript: Json, q: str) -> Json:
    spoken = (e["text"] for e in transcript["entries"] if e["role"] == "user")
    keys = ("session_id", "state", "room", "identity", "started_at", "ended_at", "end_reason")
    keys += ("agent",) if "agent" in transcript else ()
    found = (e for e in transcript["entries"] if q and q in e["text"].lower())
    line = next(found, None)
    told = {"title": next(spoken, ""), "line": line and _line(line, q)}
    return {key: transcript[key] for key in keys} | told


def _line(entry: Json, q: str) -> Json:
    start = entry["text"].lower().index(q)
    kept = {key: entry[key] for key in ("seq", "role", "text")}
    return {**kept, "marks": [{"start": start, "end": start + len(q)}]}


def _public(transcript: Json) -> Json:
    return {key: value for key, value in transcript.items() if key != "visitor"}


def _ready(offline: tuple[str, ...]) -> Json:
    checks = {name: {"status": "ok"} for name in ("database", "channel_layer", "livekit")}
    services = ("stt", "llm", "tts")
    speech = {service: {"status": "ok", "offline": service in offline} for service in services}
    return {"status": "ok", "checks": checks, "speech": speech}


def local_voice(offline: tuple[str, ...], **changes: Any) -> Json:
    """What the backend tells of a local voice at its best, apart from the changes."""
    head = {**READY["head"], "percent": 100, **changes.pop("head", {})}
    told = {
        "offline": list(offline),
        "language": "en",
        "problem": "",
        "ears": READY["ears"] if "stt" in offline else None,
        "voice": READY["voice"] if "tts" in offline else None,
        "head": head if "llm" in offline else None,
        "nearby": [],
    }
    return {**told, **changes}


def _problem(status: int, title: str) -> Json:
    return {"type": "about:blank", "title": title, "status": status, "detail": title}


def _handler(backend: FakeBackend) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            visitor = backend.visitor(headers)
            asked = Asked(parts.path, query, headers, visitor, self.command)
            backend.asked.append(asked)
            failure = backend.failure(parts.path)
            recorded = backend.sounds.get(parts.path.split("/")[-2]) if visitor else None
            if parts.path.endswith("/recording") and recorded:
                self._send_part(recorded, headers.get("range", ""))
            elif failure is None:
                status, body = answer(backend, asked)
                self._send(status, b"" if status == 204 else json.dumps(body).encode())
            elif failure.hang:
                backend.released.wait(timeout=30)
                self.close_connection = True
            else:
                self._send(failure.status, failure.body)

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _send_part(self, sound: bytes, wanted: str) -> None:
            """As much of a recording as a header "Range: bytes=5-9" asks for."""
            first, last = (int(end or 0) for end in wanted.removeprefix("bytes=").split("-"))
            part = sound[first : last + 1]
            self.send_response(206)
            self.send_header("Content-Type", "audio/ogg")
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(part)))
            end = first + len(part) - 1
            self.send_header("Content-Range", f"bytes {first}-{end}/{len(sound)}")
            self.end_headers()
            self.wfile.write(part)

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps the test output quiet."""

    return Handler
