"""The agents of examples/agents/ as they ship: greeted by, served by, and told of to others."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from typing import Any

import jsonschema
import pytest
import yaml
from agents.filling import filled
from fakes.hooks.receiver import Receiver
from fakes.openai_api import OpenAIStandIn, Request
from fakes.openai_api.state import Calls
from support.backend import APPLY, Backend
from support.media_server import MediaServer
from support.person import Person, person
from support.processes import ROOT
from support.waiting import until_async

from agent.conftest import served
from agent.habits import briefly
from agent.listeners.test_turns import WORDS, greeted
from agent.shift.test_typed import types

FILES = [
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "examples" / "agents").glob("*.yaml"))
]
SHIPPED_PORT = "127.0.0.1:8090"
COMPLETIONS = "/v1/chat/completions"
WEBHOOKS = """
from outgoing.hosts import allow
from webhooks.changes import make
allow("127.0.0.1", 0, "tests")
for name, all_agents in (("helpdesk", False), ("ledger", True)):
    fields = {{"name": name, "url": "{url}/" + name, "events": ["session.ended"]}}
    print("secret", name, make({{**fields, "all_agents": all_agents}}, "tests")[1])
"""
DAY = "2027-05-04"
"""A Tuesday."""
GUEST: dict[str, Any] = {
    "day": DAY,
    "time": "19:30",
    "people": 2,
    "name": "Ann",
    "phone": "555 0100",
}
NOTE = {"text": "Ann möchte einen Termin am Dienstag, Telefon 555 0100."}
GOODBYE = "Until then, and thank you."
TURNS: dict[str, list[Calls]] = {
    "restaurant-bookings": [
        [("find_tables", {"day": DAY, "people": 2}), ("date_time", {})],
        [("book_table", GUEST)],
    ],
    "german-receptionist": [[("note", NOTE)]],
}
"""What the model calls, in rounds, when the person has said something."""
TOLD = {"restaurant-bookings": ('"free": ["18:00", "19:30", "21:00"]', '"number": "R-1"')}
"""What of the servers' answers the model gets."""


@dataclass
class Hooks:
    """The helpdesk, which the support desk names, and one that is told of all agents."""

    receiver: Receiver
    secrets: dict[str, str]

    def told(self, name: str, session_id: str) -> dict[str, Any] | None:
        """The end of the session as it was told, once its signature is checked."""
        came = [each for each in self.receiver.received if each.path.endswith(name)]
        read = [each.verified(self.secrets[name]) for each in came]
        return next((each for each in read if each["data"]["session_id"] == session_id), None)


@pytest.fixture(scope="module")
def book() -> Iterator[str]:
    """The host of examples/booking_server.py, which takes more than a second to book."""
    path = ROOT / "examples" / "booking_server.py"
    spec = importlib.util.spec_from_file_location("booking_server", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Slow(module.Handler):  # type: ignore[name-defined,misc]
        def do_POST(self) -> None:
            threading.Event().wait(1.3)
            super().do_POST()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def house(
    media: MediaServer, openai_api: OpenAIStandIn, book: str, receiver: Receiver
) -> Iterator[tuple[Backend, Hooks]]:
    """A backend with all examples, as their files say but for the port of the booking system."""
    for running in served(media, openai_api, SPECULATION="off", MAX_SESSIONS_PER_VISITOR="8"):
        script = WEBHOOKS.format(url=receiver.url()) + APPLY
        agents = "---\n".join(FILES).replace(SHIPPED_PORT, book)
        made = running.manage("shell", "-c", script, told=agents)
        secrets = [each.split()[1:] for each in made.splitlines() if each.startswith("secret")]
        yield running, Hooks(receiver, {name: secret for name, secret in secrets})


@pytest.fixture
async def ada(house: tuple[Backend, Hooks], openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    openai_api.clear()
    with briefly(openai_api):
        async with person(house[0], "examples") as somebody:
            yield somebody


@pytest.mark.parametrize("example", map(yaml.safe_load, FILES), ids=lambda each: each["slug"])
async def test_it_greets_uses_its_tools_and_answers_with_what_they_gave(
    example: dict[str, Any],
    house: tuple[Backend, Hooks],
    ada: Person,
    openai_api: OpenAIStandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slug, turns = example["slug"], TURNS.get(example["slug"], [])
    monkeypatch.setattr(openai_api, "reply", "This is what I know: {tool} You said: {said}.")
    await greeted(ada, agent=slug)
    assert ada.finals("agent")[0]["text"] == text_of(example, "greeting")
    openai_api.queue_calls(*turns)
    await types(ada, WORDS)
    reply = await until_async(lambda: replies(ada)[1:], what="a reply")
    asked = openai_api.requests(COMPLETIONS)[-1]
    is_what_the_file_says(asked, example)
    results = [each["content"] for each in asked.messages or [] if each["role"] == "tool"]
    assert reply[0]["text"] == openai_api.reply_to(WORDS, results[-1] if results else "")
    for told in TOLD.get(slug, ()):
        assert told in " ".join(results)
    has_recorded(ada, [call for turn in turns for call in turn])
    fillers = [each["text"] for each in ada.finals("agent") if "filler" in each]
    assert fillers == (["One moment."] if slug == "restaurant-bookings" else [])
    reason = await is_over(ada, openai_api, example)
    assert reason == ("agent_ended" if turns else "stopped")
    await is_told(ada, house[1], example, reason)


def is_what_the_file_says(asked: Request, example: dict[str, Any]) -> None:
    """The model is told what the agent is, and offered its tools by the file's own schemas."""
    system = (asked.messages or [])[0]["content"]
    begins, _, _rest = text_of(example, "instructions").partition("{{")
    assert system.startswith(begins) and "{{" not in system
    assert asked.temperature == example["temperature"]
    offered = {each["function"]["name"]: each["function"] for each in asked.tools or []}
    tools = example.get("tools", [])
    assert set(offered) == {tool["name"] for tool in tools}
    for tool in tools:
        if tool["kind"] == "http":
            assert offered[tool["name"]]["description"] == tool["description"]
            assert offered[tool["name"]]["parameters"] == tool["parameters"]
    for name, arguments in (call for turn in TURNS.get(example["slug"], ()) for call in turn):
        jsonschema.validate(arguments, offered[name]["parameters"])


def has_recorded(ada: Person, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Each call began, with what may be seen of its arguments, and ended well."""
    shown = [
        (name, arguments | ({"phone": "•••"} if "phone" in arguments else {}))
        for name, arguments in calls
    ]
    begun = ada.events("tool_started")
    assert [(each["name"], each["arguments"]) for each in begun] == shown
    ended = {each["call"]: each for each in ada.events("tool_ended")}
    assert [ended[each["call"]]["ok"] for each in begun] == [True] * len(calls)


async def is_over(ada: Person, openai_api: OpenAIStandIn, example: dict[str, Any]) -> str:
    """Ends the session as its person would, or as the agent does where it can: the reason."""
    if "end_session" in [tool["name"] for tool in example.get("tools", [])]:
        openai_api.queue_calls([("end_session", {"goodbye": GOODBYE})])
        await types(ada, "That is all, goodbye.")
        await until_async(lambda: ada.events("session_ended"), what="the agent ends it")
        assert ada.finals("agent")[-1]["text"] == GOODBYE
    else:
        await ada.stop()
        await until_async(lambda: ada.events("session_ended"), what="the end")
    return str(ada.events("session_ended")[0]["reason"])


async def is_told(ada: Person, hooks: Hooks, example: dict[str, Any], reason: str) -> None:
    """Webhooks tell what was said and done in the session: all, and those that its agent names."""
    session_id = ada.session_id
    told = await until_async(lambda: hooks.told("ledger", session_id), what="the ledger knows")
    if "webhooks" in example:
        of_desk = await until_async(lambda: hooks.told("helpdesk", session_id), what="and the desk")
        assert {**of_desk, "timestamp": ""} == {**told, "timestamp": ""}, "each has its own moment"
    else:
        assert not hooks.told("helpdesk", session_id)
    data = told["data"]
    assert (data["agent"], data["revision"], data["reason"]) == (example["slug"], 1, reason)
    entries = ada.backend.transcript(session_id)["entries"]
    said = [(each["role"], each["text"]) for each in data["transcript"]]
    assert said == [(each["role"], each["text"]) for each in entries]
    assert ("user", WORDS) in said
    shown = ("name", "ok", "milliseconds", "summary")
    ended = {tuple(each[key] for key in shown) for each in ada.events("tool_ended")}
    assert {tuple(each[key] for key in shown) for each in data["tools"]} == ended
    assert [each["name"] for each in data["tools"]] == [
        each["name"] for each in ada.events("tool_started")
    ]
    booked = [each["arguments"] for each in data["tools"] if each["name"] == "book_table"]
    assert all(each == GUEST | {"phone": "•••"} for each in booked)
    assert data["usage"]["input_tokens"] > 100 and data["usage"]["agent_turns"] >= 2


def replies(ada: Person) -> list[dict[str, Any]]:
    """What the agent has said, but for what it says while it waits."""
    return [each for each in ada.finals("agent") if "filler" not in each]


def text_of(example: dict[str, Any], field: str) -> str:
    """A text of the example with its variables' own values."""
    values = {each["name"]: each["default"] for each in example["variables"]}
    return filled(example[field], values).strip()
