"""A backend for the console's tests: a real HTTP server that keeps what operators are told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from fakes.console.agents import agents
from fakes.console.contract import AT, LINK, NOT_FOUND, Answer, Asked, Json, problem
from fakes.console.operators import entered, operators
from fakes.console.overview import sessions, usage
from fakes.console.providers import PROVIDERS
from fakes.console.secrets import SECRETS, secrets
from fakes.console.tools import FakeTools
from fakes.hooks.console import FakeWebhooks


@dataclass
class FakeConsole:
    """Operators by name with their roles, agents by slug with their revisions, and the audit.

    A context manager. `refusals` are problems to answer with instead, by "METHOD /path".
    """

    secret: str
    roles: dict[str, str] = field(default_factory=lambda: {"mara": "owner", "vera": "viewer"})
    passes: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=lambda: {LINK: "owner"})
    agents: dict[str, list[Json]] = field(default_factory=dict)
    entries: list[Json] = field(default_factory=list)
    sessions: list[Json] = field(default_factory=list)
    secrets: dict[str, dict[str, Json]] = field(default_factory=dict)
    refusals: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    webhooks: FakeWebhooks = field(default_factory=FakeWebhooks)
    tools: FakeTools = field(default_factory=FakeTools)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def sign_in(self, name: str) -> str:
        """A pass of that operator."""
        pass_ = f"vas_{name}_{len(self.passes)}"
        self.passes[pass_] = name
        return pass_

    def save(self, slug: str, by: str, **fields: Any) -> Json:
        """The next revision of an agent: the current one with these fields."""
        saved = self.agents.setdefault(slug, [])
        before = saved[-1] if saved else {"slug": slug, "name": slug, "restored": None}
        now = {**before, **fields, "revision": len(saved) + 1, "saved_at": AT, "saved_by": by}
        saved.append(now)
        return now

    def refuse(self, what: str, status: int, code: str, **more: Any) -> None:
        """From now on a request such as "PATCH /agents/x" gets this problem."""
        headers = more.pop("headers", {})
        self.refusals[what] = (status, problem(status, code, **more), headers)

    def __enter__(self) -> FakeConsole:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


def answer(fake: FakeConsole, asked: Asked) -> Answer:
    """The contract: status, body and headers for one request."""
    if refusal := fake.refusals.get(f"{asked.method} {asked.path}"):
        return refusal
    if asked.path in ("/operators/sign-in", "/operators/join"):
        return entered(fake, asked)
    name = fake.passes.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
    if name is None:
        return NOT_FOUND
    parts = asked.path.strip("/").split("/")
    if parts[0] == "webhooks":
        return fake.webhooks.answer(asked.method, asked.body, fake.roles[name], parts[1:])
    if parts == ["tools", "try"]:
        return 200, fake.tools.trial, {}
    nouns = {
        "agents": agents,
        "operators": operators,
        "operator": sessions,
        **dict.fromkeys(SECRETS, secrets),
    }
    noun = nouns.get(parts[0])
    if noun is not None:
        return noun(fake, asked, name, parts if noun is secrets else parts[1:])
    if parts == ["usage"]:
        return 200, usage(asked.query), {}
    told = {"audit": {"entries": fake.entries, "next": None}, "providers": PROVIDERS}
    return (200, told[parts[0]], {}) if len(parts) == 1 and parts[0] in told else NOT_FOUND


def _handler(fake: FakeConsole) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0))).decode()
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            claims = _claims(fake, headers)
            asked = Asked(self.command, parts.path, query, headers, body, claims)
            fake.asked.append(asked)
            status, found, more = answer(fake, asked)
            text = found if isinstance(found, str) else json.dumps(found)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            if status != 204:
                self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps the test output quiet."""

    return Handler


def _claims(fake: FakeConsole, headers: dict[str, str]) -> Json:
    token = headers.get("authorization", "").removeprefix("Bearer ")
    try:
        return dict(jwt.decode(token, fake.secret, algorithms=["HS256"], audience="voice-agent"))
    except jwt.InvalidTokenError:
        return {}
