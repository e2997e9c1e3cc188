"""`python -m bench.defaults`: the pipeline with every library default, behind our own three routes.

These are silero VAD, openai.STT(), openai.LLM("gpt-4o-mini") and openai.TTS() in an AgentSession,
all in one event loop, as the shipped backend runs them. Turns end by voice activity. The library's
own turn-detector model judges intonation, which synthetic voices do not have, so it would make the
defaults look 1.5 s slower than they are; BENCH_TURN_DETECTOR=1 shows it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

from aiohttp import web
from livekit import api, rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.utils import http_context
from livekit.plugins import openai, silero

GREETING = "Hello! How can I help you today?"
DEFAULT_PORT = "8000"
_TURN_DETECTOR = bool(os.environ.get("BENCH_TURN_DETECTOR"))


class Conversations:
    """The running sessions, by id, which is their room's name."""

    def __init__(self) -> None:
        self._vad = silero.VAD.load()
        self._live: dict[str, tuple[rtc.Room, AgentSession[None]]] = {}

    async def start(self, request: web.Request) -> web.Response:
        asked = await request.json()
        name = asked["room"]
        room = rtc.Room()
        await room.connect(os.environ["LIVEKIT_URL"], _token(name, "agent"))
        session: AgentSession[None] = AgentSession(
            vad=self._vad,
            stt=openai.STT(),
            llm=openai.LLM(model="gpt-4o-mini"),
            tts=openai.TTS(),
            turn_handling={} if _TURN_DETECTOR else {"turn_detection": "vad"},
        )
        await session.start(Agent(instructions=asked["system_prompt"]), room=room)
        session.say(GREETING)
        self._live[name] = room, session
        return web.json_response({"session_id": name}, status=201)

    async def end(self, request: web.Request) -> web.Response:
        room, session = self._live.pop(request.match_info["id"])
        await session.aclose()
        await room.disconnect()
        return web.json_response({"stopped": True})

    async def token(self, request: web.Request) -> web.Response:
        token = _token(request.query["room"], request.query["identity"])
        return web.json_response({"token": token, "server_url": os.environ["LIVEKIT_URL"]})


async def health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def create_app() -> web.Application:
    """GET /health, GET /token, POST /session and DELETE /session/{id}, as the backend has them."""
    conversations = Conversations()
    app = web.Application()
    app.add_routes(
        [
            web.get("/health", health),
            web.get("/token", conversations.token),
            web.post("/session", conversations.start),
            web.delete("/session/{id}", conversations.end),
        ]
    )
    app.cleanup_ctx.append(_http_client)
    return app


async def _http_client(app: web.Application) -> AsyncIterator[None]:
    async with http_context.open():
        yield


def _token(room: str, identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()


if __name__ == "__main__":
    port = int(os.environ.get("BACKEND_PORT", DEFAULT_PORT))
    web.run_app(create_app(), host="127.0.0.1", port=port, print=None)
