"""`python -m bench.peers.livekit_agent`: livekit-agents with its quickest public settings.

README.md says why each is as it is. `bench.defaults` is the same library as it comes.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

from aiohttp import web
from livekit import rtc
from livekit.agents import Agent, AgentSession, tts
from livekit.agents.inference import VAD
from livekit.agents.tokenize.blingfire import SentenceTokenizer
from livekit.agents.utils import http_context
from livekit.agents.voice.room_io import AudioInputOptions, RoomOptions
from livekit.plugins import openai

from .routes import GREETING, End, Place, serve

VAD_SILENCE = 0.1
TURN_SILENCE = 0.6


async def start(place: Place) -> End:
    """Starts an agent in the room; returns what ends it."""
    room = rtc.Room()
    await room.connect(place.url, place.token)
    session: AgentSession[None] = AgentSession(
        vad=VAD(min_silence_duration=VAD_SILENCE),
        stt=_ears(),
        llm=openai.LLM(model="gpt-4o-mini"),
        tts=tts.StreamAdapter(
            tts=openai.TTS(response_format="pcm"),
            sentence_tokenizer=SentenceTokenizer(min_sentence_len=5),
        ),
        turn_handling={
            "turn_detection": "vad",
            "endpointing": {"min_delay": TURN_SILENCE},
            "preemptive_generation": {"enabled": True, "preemptive_tts": True},
        },
    )
    options = RoomOptions(audio_input=AudioInputOptions(frame_size_ms=20))
    await session.start(Agent(instructions=place.prompt), room=room, room_options=options)
    session.say(GREETING)

    async def end() -> None:
        await session.aclose()
        await room.disconnect()

    return end


def _ears() -> openai.STT:
    if not os.environ.get("BENCH_STREAMING"):
        return openai.STT()
    milliseconds = round(VAD_SILENCE * 1000)
    return openai.STT(
        use_realtime=True,
        turn_detection={"type": "server_vad", "silence_duration_ms": milliseconds},
    )


async def _http_client(app: web.Application) -> AsyncIterator[None]:
    async with http_context.open():
        yield


if __name__ == "__main__":
    serve(start, _http_client)
