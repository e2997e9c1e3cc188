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
import yaml

from fakes.console_tools import FakeTools
from fakes.hooks.console import FakeWebhooks

Json = dict[str, Any]
Answer = tuple[int, Any, dict[str, str]]
AT = "2026-11-20T14:02:11.000Z"
PASSWORD = "a long word of 2026"
LINK = "val_" + "l" * 43
SECRET = "vak_" + "k" * 39 + "WXYZ"
SECRETS = {"credentials": "credentials", "allowed-hosts": "hosts", "api-keys": "keys"}
"""What keys and hosts are called in addresses, and in the answers that list them."""
FIELDS = ("name", "description", "instructions", "greeting", "voice")
"""Those by which the fake tells what somebody else has changed."""
YAML = "slug: table-bookings\nname: Table bookings\n"


PROVIDERS: Json = {
    "usual": {"stt": "openai", "llm": "openai", "tts": "openai"},
    "providers": [
        {
            "name": "openai",
            "label": "OpenAI, or a server that speaks its API",
            "help": "OpenAI's own servers, or any other at a base URL of its own.",
            "base_url": "https://api.openai.com/v1",
            "models": {"stt": "gpt-4o-mini-transcribe", "llm": "gpt-4o-mini", "tts": "tts-1"},
            "voice": "alloy",
            "rates": [0.25, 4.0],
            "installed": True,
            "command": "",
            "options": [],
        },
        {
            "name": "elevenlabs",
            "label": "ElevenLabs",
            "help": "Voices by their id, which ElevenLabs shows with each.",
            "base_url": "https://api.elevenlabs.io",
            "models": {"tts": "eleven_turbo_v2_5"},
            "voice": "hpp4J3VqNfWAUOO0d1Us",
            "rates": [0.7, 1.2],
            "installed": False,
            "command": "make setup EXTRAS=elevenlabs",
            "options": [
                {
                    "name": "stability",
                    "help": "How even it sounds.",
                    "kind": "number",
                    "services": ["tts"],
                    "least": 0.0,
                    "most": 1.0,
                }
            ],
        },
    ],
}


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; `claims` are those of a visitor's token, if it brought one."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    claims: Json


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


def problem(status: int, code: str, **more: Any) -> Json:
    """A refusal as the backend gives it."""
    return {"status": status, "code": code, "detail": f"{code}.", **more}


def wrong(pointer: str, code: str, detail: str = "Mend it.", **params: Any) -> Json:
    """One of the `faults` of a refusal."""
    return {"pointer": pointer, "code": code, "params": params, "detail": detail}


NOT_FOUND: Answer = (404, problem(404, "not_found"), {})


def answer(fake: FakeConsole, asked: Asked) -> Answer:
    """The contract: status, body and headers for one request."""
    if refusal := fake.refusals.get(f"{asked.method} {asked.path}"):
        return refusal
    if asked.path in ("/operators/sign-in", "/operators/join"):
        return _entered(fake, asked)
    name = fake.passes.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
    if name is None:
        return NOT_FOUND
    parts = asked.path.strip("/").split("/")
    if parts[0] == "webhooks":
        return fake.webhooks.answer(asked.method, asked.body, fake.roles[name], parts[1:])
    if parts == ["tools", "try"]:
        return 200, fake.tools.trial, {}
    nouns = {
        "agents": _agents,
        "operators": _operators,
        "operator": _sessions,
        **dict.fromkeys(SECRETS, _secrets),
    }
    noun = nouns.get(parts[0])
    if noun is not None:
        return noun(fake, asked, name, parts if noun is _secrets else parts[1:])
    if parts == ["usage"]:
        return 200, _usage(asked.query), {}
    told = {"audit": {"entries": fake.entries, "next": None}, "providers": PROVIDERS}
    return (200, told[parts[0]], {}) if len(parts) == 1 and parts[0] in told else NOT_FOUND


def _entered(fake: FakeConsole, asked: Asked) -> Answer:
    sent = json.loads(asked.body)
    name = sent["username"]
    if asked.path.endswith("join"):
        if sent["link"] not in fake.links:
            return 404, problem(404, "link_used"), {}
        fake.roles[name] = fake.links.pop(sent["link"])
    elif name not in fake.roles or sent["password"] != PASSWORD:
        return 401, problem(401, "wrong_password"), {}
    return 200, {"token": fake.sign_in(name), "operator": _operator(fake, name)}, {}


def _operator(fake: FakeConsole, name: str) -> Json:
    return {"id": f"id-{name}", "username": name, "role": fake.roles[name], "created_at": AT}


def _operators(fake: FakeConsole, asked: Asked, name: str, parts: list[str]) -> Answer:
    if parts == ["me"]:
        return 200, _operator(fake, name), {}
    if parts[:1] == ["me"]:
        return _own(fake, asked, name)
    if fake.roles[name] != "owner":
        return 403, problem(403, "not_allowed"), {}
    if not parts and asked.method == "POST":
        link = {"link": LINK, "role": json.loads(asked.body)["role"], "expires_at": AT}
        return 201, link, {}
    if not parts:
        return 200, {"operators": [_operator(fake, each) for each in fake.roles]}, {}
    other = parts[0].removeprefix("id-")
    if asked.method == "DELETE":
        del fake.roles[other]
        return 204, None, {}
    fake.roles[other] = json.loads(asked.body)["role"]
    return 200, _operator(fake, other), {}


def _own(fake: FakeConsole, asked: Asked, name: str) -> Answer:
    """Signing out, or a new password, which ends all passes."""
    fake.passes = {each: owner for each, owner in fake.passes.items() if owner != name}
    if asked.method == "DELETE":
        return 204, None, {}
    return 200, {"token": fake.sign_in(name), "operator": _operator(fake, name)}, {}


def _agents(fake: FakeConsole, asked: Asked, name: str, parts: list[str]) -> Answer:
    if asked.method in ("POST", "PATCH", "DELETE") and fake.roles[name] == "viewer":
        return 403, problem(403, "not_allowed"), {}
    if not parts and asked.method == "POST":
        is_yaml = asked.headers["content-type"].startswith("application/yaml")
        sent = _file(asked) if is_yaml else json.loads(asked.body)
        if is_yaml and sent["slug"] in fake.agents:
            return 409, problem(409, "slug_taken"), {"Location": f"/agents/{sent['slug']}"}
        return 201, fake.save(by=name, **sent), {}
    if not parts:
        current = [saved[-1] for saved in fake.agents.values()]
        return 200, {"agents": current, "next": None}, {}
    if parts[1:] == ["drafts"]:
        return 201, _draft(parts[0], json.loads(asked.body)), {}
    saved = fake.agents.get(parts[0])
    if saved is None:
        return NOT_FOUND
    if parts[1:] == ["secrets"]:
        return fake.tools.secrets(asked.method, asked.body, saved[-1])
    return _agent(fake, asked, name, parts, saved)


def _sessions(fake: FakeConsole, asked: Asked, _name: str, parts: list[str]) -> Answer:
    """Everybody's sessions; of a page there is one more where two or more are left."""
    if not parts[1:]:
        listed = [
            each for each in fake.sessions if asked.query.get("before", "") < each["session_id"]
        ]
        following = listed[1]["session_id"] if len(listed) > 2 else None
        return 200, {"sessions": listed[:2], "next": following}, {}
    found = next((each for each in fake.sessions if each["session_id"] == parts[1]), None)
    return (200, found, {}) if found else NOT_FOUND


def _usage(query: dict[str, str]) -> Json:
    """Three rows and their total."""
    by, days = query["by"], {"from": "2026-03-01", "to": "2026-03-03"}
    sums = {"tried": 1, "minutes": 61.4, "input_tokens": 1_204_512, "output_tokens": 40_118}
    rows = [
        {"day": None, "agent": None, **sums, "sessions": n, "characters": 9000 * n, by: key}
        for n, key in enumerate(("2026-03-03", "2026-03-02", "2026-03-01"))
    ]
    total = {"day": None, "agent": None, **sums, "sessions": 3, "characters": 27_000}
    return {**days, **query, "rows": rows, "total": total}


def _draft(slug: str, sent: Json) -> Json:
    told = {"name": sent["name"], "description": sent.get("description") or "", "language": "en"}
    rules = {"visitor_instructions": False, "recording": "off", "variables": []}
    return {"draft": "d" * 22, "expires_at": AT, "slug": slug, **told, **rules}


def _agent(
    fake: FakeConsole, asked: Asked, name: str, parts: list[str], saved: list[Json]
) -> Answer:
    slug, now = parts[0], saved[-1]
    if asked.method != "GET" and asked.headers.get("if-match") != f'"{now["revision"]}"':
        before = saved[int(asked.headers.get("if-match", '"1"').strip('"')) - 1]
        changed = [name for name in now if now[name] != before.get(name) and name in FIELDS]
        errors = {name: [f"Changed by {now['saved_by']}."] for name in changed}
        return 412, problem(412, "agent_changed", errors=errors), {}
    if asked.method == "DELETE":
        del fake.agents[slug]
        return 204, None, {}
    if asked.method == "PATCH":
        is_yaml = asked.headers["content-type"].startswith("application/yaml")
        sent = _file(asked) if is_yaml else json.loads(asked.body)
        if "check" in asked.query:
            return 200, {**now, **sent}, {}
        return 200, fake.save(by=name, **{**sent, "slug": slug}), {}
    if asked.method == "POST":
        old = saved[json.loads(asked.body)["restore"] - 1]
        kept = {field: value for field, value in old.items() if field != "slug"}
        return 201, fake.save(slug, name, **{**kept, "restored": old["revision"]}), {}
    if parts[1:] == ["export"]:
        return 200, YAML, {}
    if parts[1:] == ["revisions"]:
        return 200, {"revisions": saved[::-1], "next": None}, {}
    return 200, saved[int(parts[2]) - 1] if parts[2:] else now, {}


def _file(asked: Asked) -> Json:
    return {"slug": "table-bookings", **yaml.safe_load(asked.body)}


def _secrets(fake: FakeConsole, asked: Asked, name: str, parts: list[str]) -> Answer:
    """Keys and hosts, which are kept without what is secret."""
    noun = parts[0]
    may = ("owner", "editor") if (noun, asked.method) == ("credentials", "GET") else ("owner",)
    if fake.roles[name] not in may:
        return 403, problem(403, "not_allowed"), {}
    kept = fake.secrets.setdefault(noun, {})
    if asked.method == "GET":
        return 200, {SECRETS[noun]: list(kept.values())}, {}
    if parts[2:] == ["test"]:
        return 200, {"ok": True, "milliseconds": 12, "reason": "", "problem": ""}, {}
    if asked.method == "DELETE":
        del kept[parts[1]]
        return 204, None, {}
    if asked.method == "PATCH":
        kept[parts[1]]["ending"] = json.loads(asked.body)["key"][-4:]
        return 200, kept[parts[1]], {}
    sent = json.loads(asked.body)
    made = {**sent, "id": f"id-{len(kept)}", "made_by": name, "made_at": AT, "used_at": None}
    made["ending"] = made.pop("key", SECRET)[-4:]
    made |= {"host": sent.get("host", sent.get("base_url")), "tested_at": None, "expires_at": AT}
    kept[made["id"]] = made
    return 201, {**made, "secret": SECRET} if noun == "api-keys" else made, {}


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
