"""The agents of examples/agents/: each is whole, and is what its file says once it is applied."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agent_manager.tools.trying import try_tool
from agents import files, queries
from agents.agent import PACES
from agents.filling import KNOWN, PLACE
from agents.resolving import of_session
from agents.saving import checked
from agents.tools.specs import tools_of
from django.core.management import call_command
from outgoing.models import AllowedHost
from support.groups import starts_programs
from support.ports import free_port
from support.processes import ROOT, Process
from voice_sessions.models import Session

EXAMPLES = sorted((ROOT / "examples" / "agents").glob("*.yaml"))
SLUGS = {
    *("restaurant-bookings", "language-tutor", "interview-practice"),
    *("support-desk", "story-teller", "german-receptionist"),
}
NEEDED = {
    *("name", "description", "instructions", "greeting", "language", "temperature"),
    *("reply_tokens", "turn_taking", "session_seconds", "idle_seconds", "visibility"),
}


@pytest.fixture(params=EXAMPLES, ids=lambda path: str(path.stem))
def example(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """The slug and the fields of one example, whose file is called like it."""
    path: Path = request.param
    ((slug, fields),) = files.read(path.read_bytes())
    assert slug == path.stem
    return slug, fields


def test_there_are_six() -> None:
    assert {path.stem for path in EXAMPLES} == SLUGS


def test_each_says_all_that_makes_a_good_agent(example: tuple[str, dict[str, Any]]) -> None:
    slug, fields = example
    assert set(fields) >= NEEDED
    assert fields["visibility"] == "public"
    assert fields["language"] == ("de" if slug == "german-receptionist" else "en")
    assert "visitor_instructions" not in fields, "a visitor of theirs does not say what they are"


def test_each_fills_and_explains_its_variables(example: tuple[str, dict[str, Any]]) -> None:
    _slug, fields = example
    used = set(PLACE.findall(fields["instructions"] + fields["greeting"])) - set(KNOWN)
    assert used == {each["name"] for each in fields["variables"]} != set()
    for variable in fields["variables"]:
        assert variable["default"] and variable["description"].endswith(".")


def test_all_are_applied_at_once_and_resolve(record: None) -> None:
    call_command("agents", "apply", *map(str, EXAMPLES), stdout=io.StringIO())
    listed, _after = queries.listed(limit=20)
    assert {each.slug for each in listed} == {*SLUGS, "default"}
    for slug in sorted(SLUGS):
        fields = queries.current(slug).fields
        session = Session(revision_id=queries.current(slug).id, identity="ann")
        agent = of_session(session)
        assert "{{" not in agent.instructions + agent.greeting
        assert (agent.slug, agent.name) == (slug, fields["name"])
        assert agent.turns.ends_after == PACES[fields["turn_taking"]]
        assert agent.limits.idle_seconds == fields["idle_seconds"]
        for variable in fields["variables"]:
            assert variable["default"] in agent.instructions + agent.greeting


@pytest.fixture
@starts_programs
def book() -> Iterator[str]:
    """The address of the booking system that ships beside the examples."""
    port = free_port()
    server = ROOT / "examples" / "booking_server.py"
    with Process([sys.executable, str(server), str(port)]) as process:
        process.wait_until_answers(f"http://127.0.0.1:{port}/tables?day=2026-05-01")
        yield f"http://127.0.0.1:{port}"


async def test_the_restaurants_tools_book_a_table(book: str, record: None) -> None:
    await AllowedHost.objects.acreate(host="127.0.0.1", made_by="tests")
    path = ROOT / "examples" / "agents" / "restaurant-bookings.yaml"
    ((_slug, fields),) = files.read(path.read_bytes())
    rows = [
        {**row, "url": row["url"].replace("http://127.0.0.1:8090", book)}
        for row in checked(fields)["tools"][:2]
    ]
    find, take = tools_of(rows, {})
    friday, monday = {"day": "2026-05-01", "people": 2}, {"day": "2026-05-04", "people": 2}
    assert '"free": ["18:00", "19:30", "21:00"]' in (await try_tool(find, friday)).answer
    assert "closed on Mondays" in (await try_tool(find, monday)).answer
    guest = {"name": "Ann", "phone": "555 0100", "time": "19:30"}
    answers = [(await try_tool(take, {**friday, **guest})).answer for _ in range(5)]
    assert ["R-" in each for each in answers] == [True] * 4 + [False]
    assert "19:30" not in (await try_tool(find, friday)).answer
    assert (await try_tool(take, {**monday, **guest})).answer.count("closed on Mondays") == 1
