"""A sealed start begins one session, for the person and the room that it names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager import joining
from agent_manager.joining import Joining, Start, sealed
from agents.queries import UnknownAgent
from media_server.names import livekit_room_name

START = Start("visitor", "hall", "ann", "bistro", variables={"a": "1", "strange": "2"})


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The sessions that were begun; the room has had none, and the agent takes `a`."""
    found: list[Any] = []

    async def standing(_visitor: str, _room: str) -> Any:
        return SimpleNamespace(identity="", over=0)

    async def offered(slug: str) -> Any:
        if slug != "bistro":
            raise UnknownAgent(slug)
        return SimpleNamespace(revision_id=7, variables={"a": ""})

    async def begin(new: Any) -> Any:
        found.append(new)
        return SimpleNamespace(id="s"), True

    monkeypatch.setattr(joining.record, "room_standing", standing)
    monkeypatch.setattr(joining, "offered", offered)
    monkeypatch.setattr(joining, "manager", lambda: SimpleNamespace(begin=begin))
    return found


async def start(start: str, *, room: str = "hall", identity: str = "ann", after: int = 0) -> None:
    its = SimpleNamespace(start=start, after=after)
    await Joining()._start_if_due(livekit_room_name("visitor", room), identity, its)  # type: ignore[arg-type]


async def test_it_begins_with_what_the_agent_takes(begun: list[Any]) -> None:
    await start(sealed(START))
    assert [(new.identity, new.revision_id, new.variables) for new in begun] == [
        ("ann", 7, {"a": "1"})
    ]


@pytest.mark.parametrize(
    "wrong", [{"room": "cellar"}, {"identity": "eve"}, {"after": 1}, {"start": "forged"}]
)
async def test_nothing_else_begins(begun: list[Any], wrong: dict[str, Any]) -> None:
    await start(**{"start": sealed(START), **wrong})
    assert begun == []


async def test_an_agent_that_is_not_open_any_more_begins_nothing(begun: list[Any]) -> None:
    with pytest.raises(UnknownAgent):
        await start(sealed(Start("visitor", "hall", "ann", "closed")))
    assert begun == []
