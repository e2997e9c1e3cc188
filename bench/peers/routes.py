"""The routes that a measured person calls, in front of any peer.

Both environments run this, Pipecat's own too, so it imports nothing else of the project.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from livekit import api

GREETING = "Hello! How can I help you today?"
AGENT = "agent"


@dataclass(frozen=True)
class Place:
    """Where an agent works: a room, a token to join it, and what the agent is told to be."""

    room: str
    url: str
    token: str
    prompt: str


End = Callable[[], Awaitable[None]]
Start = Callable[[Place], Awaitable[End]]
"""Starts an agent that greets at once; returns what ends it and waits until it has left."""


class Routes:
    """The running agents, by session id, which is their room's name."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._ends: dict[str, End] = {}

    async def start(self, request: web.Request) -> web.Response:
        """POST /session: an agent joins the room that is asked for."""
        asked = await request.json()
        room = asked["room"]
        place = Place(room, os.environ["LIVEKIT_URL"], _token(room, AGENT), asked["system_prompt"])
        self._ends[room] = await self._start(place)
        return web.json_response({"session_id": room}, status=201)

    async def end(self, request: web.Request) -> web.Response:
        """DELETE /session/{id}: the agent leaves."""
        await self._ends.pop(request.match_info["id"])()
        return web.json_response({"stopped": True})

    async def token(self, request: web.Request) -> web.Response:
        """GET /token: how a person joins."""
        token = _token(request.query["room"], request.query["identity"])
        return web.json_response({"token": token, "server_url": os.environ["LIVEKIT_URL"]})


Context = Callable[[web.Application], AsyncIterator[None]]


def app_for(start: Start, *contexts: Context) -> web.Application:
    """GET /health, GET /token, POST /session and DELETE /session/{id}, as the backend has them.

    `contexts` are opened before the first agent starts and closed after the last one.
    """
    routes, app = Routes(start), web.Application()
    app.cleanup_ctx.extend(contexts)
    app.add_routes(
        [
            web.get("/health", _health),
            web.get("/token", routes.token),
            web.post("/session", routes.start),
            web.delete("/session/{id}", routes.end),
        ]
    )
    return app


def serve(start: Start, *contexts: Context) -> None:
    """Serves the routes on BACKEND_PORT of loopback until the process is ended."""
    port = int(os.environ["BACKEND_PORT"])
    web.run_app(app_for(start, *contexts), host="127.0.0.1", port=port, print=None)


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _token(room: str, identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
