"""What a session sounded like, after a fault: whole but for what its dead agents took along."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fakes.stereo import HEARD_RATE, LOUD, decoded, loudness

if TYPE_CHECKING:
    from faults.people.person import Person
    from faults.scene import Scene

PACKET_SECONDS = 0.02
WITHOUT_AGENT_SECONDS = 12.0
"""A piece that was not finished, and the time until the next agent was there."""
LAST_SECONDS = 3.0
"""Of a session that was stopped, for which a piece may come too late."""


async def judge(scene: Scene, person: Person) -> None:
    """Notes what is wrong with the recording of a session that has ended."""
    pieces = await scene.store.pieces(person.session_id)
    ended_at = (await scene.store.session(person.session_id))["ended_at"]
    whose = f"the recording of {person.name} ({person.session_id})"
    if not pieces:
        scene.expect(False, f"{whose} has no pieces")
        return
    gaps = _gaps(pieces)
    scene.expect(all(each <= _allowed(*pair) for pair, each in gaps), f"{whose} has gaps: {gaps}")
    after = (ended_at - _end(pieces[-1])).total_seconds()
    scene.expect(after < LAST_SECONDS, f"{whose} ends {after:.1f} s before its session")
    path = f"/transcripts/{person.session_id}/recording"
    answer = await person.visitor.request("GET", path)
    scene.expect(answer.status_code == 200, f"{whose}: {answer.status_code}")
    heard = await asyncio.to_thread(decoded, answer.content)
    length = (_end(pieces[-1]) - pieces[0]["starts_at"]).total_seconds()
    seconds = heard.shape[1] / HEARD_RATE
    scene.expect(abs(seconds - length) < 0.1, f"{whose} lasts {seconds:.1f} s, not {length:.1f} s")
    agent = max(loudness(heard[1], at, at + 1) for at in range(int(seconds) - 15, int(seconds)))
    scene.expect(agent > LOUD / 3, f"{whose} has no voice of the agent in its last 15 s")


def _gaps(pieces: list[dict[str, Any]]) -> list[tuple[tuple[int, int], float]]:
    """Between which generations something is missing, and for how many seconds."""
    return [
        ((before["generation"], after["generation"]), seconds)
        for before, after in pairwise(pieces)
        if (seconds := (after["starts_at"] - _end(before)).total_seconds()) > PACKET_SECONDS
    ]


def _allowed(before: int, after: int) -> float:
    return WITHOUT_AGENT_SECONDS * (after - before)


def _end(piece: dict[str, Any]) -> Any:
    return piece["starts_at"] + timedelta(seconds=piece["packets"] * PACKET_SECONDS)
