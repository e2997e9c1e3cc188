"""Sessions that workers hold: who has which, what becomes of them, and what is told of them."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from fakes.openai_api import OpenAIStandIn, Request
from livekit import api
from support.backend import Backend
from support.media_server import MediaServer
from support.person import Person
from support.speech import line
from support.waiting import until_async
from support.worker import RunningWorker

from agent.listeners.test_turns import WORDS

AGENT = """
slug: florist
name: Florist
language: de
instructions: "{revision}: you sell flowers at {{{{stall}}}}."
variables: [{{name: stall}}]
greeting: "{revision} greets you."
visibility: link
"""
PRIVATE = ("firstrevision", "secondrevision", "periwinkle", "sell flowers")


def agents(workers: list[RunningWorker], ada: Person) -> list[dict[str, object]]:
    """The agents that this person's session has had, wherever they ran."""
    found = [agent for each in workers for agent in each.agents()]
    return [agent for agent in found if agent["session_id"] == ada.session_id]


def created(served: Backend, ada: Person) -> dict[str, object]:
    """What the backend logged when the person's session was created."""
    lines = served.process.output().splitlines()
    [line] = [line for line in lines if "session_created" in line and ada.session_id in line]
    return dict(json.loads(line[line.index("{") :]))


def holder(workers: list[RunningWorker], ada: Person) -> RunningWorker:
    """The worker that runs the session."""
    return next(each for each in workers if agents([each], ada))


async def loses_agent(workers: list[RunningWorker], ada: Person) -> None:
    """Kills the process of the person's agent, and waits until the next one is heard."""
    killed = ada.now()
    os.kill(int(str(agents(workers, ada)[0]["pid"])), signal.SIGKILL)
    await until_async(lambda: ada.hears_since(killed + 1.0), seconds=20, what="the next agent")
    print("successor audible after", (ada.hears_since(killed + 1.0) or 0) - killed)


async def moves_from(first: RunningWorker, workers: list[RunningWorker], ada: Person) -> float:
    """Asks a worker to stop: seconds until its session has another agent; the worker ends then."""
    asked = ada.now()
    first.ask_to_stop()
    await until_async(lambda: len(agents(workers, ada)) == 2, seconds=30, what="another agent")
    took = ada.now() - asked
    await until_async(lambda: first.process.exit_code == 0, seconds=30, what="the worker ended")
    return took


async def talks(ada: Person) -> None:
    """Says a line and gets a reply to it."""
    said = len(ada.finals("agent"))
    await ada.say(line(WORDS))
    await ada.until_hears_reply()
    await ada.until_final("agent", said + 1)


async def nothing_private_is_with_the_media_server(media: MediaServer) -> None:
    """Neither rooms nor people nor dispatches hold anything of an agent."""
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        rooms = (await client.room.list_rooms(api.ListRoomsRequest())).rooms
        held = [str(each) for each in rooms]
        for each in rooms:
            people = api.ListParticipantsRequest(room=each.name)
            held.append(str(await client.room.list_participants(people)))
            held += map(str, await client.agent_dispatch.list_dispatch(each.name))
    assert any("lk.agent.state" in text or "AGENT" in text for text in held)
    assert not [text for text in held if any(word in text.lower() for word in PRIVATE)]


def asked_of(openai_api: OpenAIStandIn) -> list[str]:
    """What the last request to the language service has of the person."""
    last = openai_api.requests("/v1/chat/completions")[-1:]
    return [text["content"] for asked in last for text in asked.messages or []]


def is_probe(asked: Request) -> bool:
    """Whether a job process that waits ready asked the STT server if it streams."""
    return asked.path == "/v1/realtime" and asked.session is None


def session(served: Backend, session_id: str) -> dict[str, Any]:
    """A session as it is now."""
    return dict(served.request("GET", f"/session/{session_id}").body)
