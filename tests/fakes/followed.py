"""`python -m fakes.followed`: the backend's server without agents, whose sessions a bench writes.

It reads commands from standard input, one JSON object a line, and answers each with one line when
it is done: `{"sessions": 2}` makes sessions and gives their ids and a visitor's token,
`{"tell": [ids]}` stores an event in each, `{"end": [ids]}` ends each; both give the time `asked` at
which all were begun. As in the embedded runtime the record's own threads write.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from typing import Any

from serving import server

from agent_manager.runtimes import choice  # isort: skip
from fakes.runtime import FakeRuntime  # isort: skip
from fakes.visitors import ALICE, visitor_token  # isort: skip
from voice_sessions import steps  # isort: skip
from voice_sessions.endings import EndReason  # isort: skip
from voice_sessions.events import ErrorEvent  # isort: skip
from voice_sessions.models import Session  # isort: skip

TROUBLE = ErrorEvent(code="stt_slow", message="One moment, please.", fatal=False)


async def main() -> None:
    """Serves until standard input ends."""
    runtime = FakeRuntime()
    choice.runtime = lambda: runtime  # type: ignore[assignment]
    configuration = server.configuration()
    configuration.lifespan = "off"  # no supervisor, which would miss these sessions' agents
    configuration.ws_ping_interval = None  # nobody answers while being timed
    found = server.Server(configuration)
    gc.collect()
    gc.freeze()  # as the server's own start does
    serving = asyncio.create_task(found._serve())
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await _answer(json.loads(line))), flush=True)
    found.should_exit = True
    await serving


async def _answer(command: dict[str, Any]) -> Any:
    if "sessions" in command:
        ids = [await _start(f"room-{number}") for number in range(command["sessions"])]
        return {"ids": ids, "token": visitor_token()}
    write, ids = (_tell, command["tell"]) if "tell" in command else (_end, command["end"])
    asked = time.time()
    await asyncio.gather(*map(write, ids))
    return {"asked": asked}


async def _start(room: str) -> str:
    session = await Session.objects.acreate(visitor=ALICE, room=room, identity="ann")
    await steps.activate(session.id, 1)
    return str(session.id)


async def _tell(session_id: str) -> None:
    await steps.append(session_id, 1, TROUBLE)


async def _end(session_id: str) -> None:
    await steps.end(session_id, EndReason.STOPPED)
    await steps.finish(session_id)


if __name__ == "__main__":
    asyncio.run(main())
