"""One real request to a service, for whoever wants to know that it works and how quickly."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog
from agents.agent import Agent
from agents.resolving import resolve
from config.services import Kind
from livekit import rtc
from livekit.agents import APIConnectOptions, llm

from agent_manager.listeners.service_words import told
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.llm import language_model
from agent_manager.providers.openai.transcriptions import transcript_of
from agent_manager.providers.openai.tts import speech
from agent_manager.tried import TRIAL_SECONDS, Trial, tried

log = structlog.get_logger(__name__)
ONCE = APIConnectOptions(max_retry=0, timeout=TRIAL_SECONDS)
ASKED = "Say hello."
RATE, TONE_HERTZ, TONE_SECONDS, TONE_LEVEL = 16_000, 440, 1.0, 3_000


async def try_out(kind: Kind) -> Trial:
    """Returns how one request of the usual agent to this service goes; never longer than 20 s."""
    milliseconds, reason = await tried(_REQUESTS[kind](resolve()), TRIAL_SECONDS)
    log.info("service_tried", service=kind, reason=reason or "", milliseconds=milliseconds)
    return Trial(milliseconds, reason, told(kind, reason)) if reason else Trial(milliseconds)


async def _recognise(agent: Agent) -> None:
    """Returns when a second of sound was recognised, as whatever."""
    wav = bytes(_tone().to_wav_bytes())
    await transcript_of(agent.services["stt"], wav, TONE_SECONDS, agent.language)


async def _reply(agent: Agent) -> None:
    """Returns with the first word of a reply."""
    asked = llm.ChatContext.empty()
    asked.add_message(role="user", content=ASKED)
    model = language_model(agent.services["llm"], agent.replies)
    async with model.chat(chat_ctx=asked, conn_options=ONCE) as reply:
        async for piece in reply:
            if piece.delta and piece.delta.content:
                return
    raise ServiceError("empty")


async def _speak(agent: Agent) -> None:
    """Returns with the first sound of a voice."""
    voice = speech(agent.services["tts"], agent.voice)
    async with voice.synthesize(ASKED, conn_options=ONCE) as spoken:
        async for _piece in spoken:
            return
    raise ServiceError("empty")


_REQUESTS: Mapping[Kind, Callable[[Agent], Coroutine[Any, Any, None]]] = {
    "stt": _recognise,
    "llm": _reply,
    "tts": _speak,
}


def _tone() -> rtc.AudioFrame:
    """Returns a steady tone: what is tried is the request, not what is understood."""
    count = round(RATE * TONE_SECONDS)
    turn = 2 * math.pi * TONE_HERTZ / RATE
    samples = array("h", (round(TONE_LEVEL * math.sin(turn * n)) for n in range(count)))
    return rtc.AudioFrame(samples.tobytes(), RATE, 1, count)
