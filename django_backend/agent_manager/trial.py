"""One real request to a service, for whoever wants to know that it works and how quickly."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any

import structlog
from agents.agent import Agent
from agents.resolving import resolve
from config.services import Kind
from livekit import rtc
from livekit.agents import APIConnectOptions, llm

from agent_manager.listeners.service_words import told
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.making import (
    make_model,
    make_voice,
    plugin_recogniser,
    prepare,
    speaks_openai,
)
from agent_manager.providers.openai.transcriptions import transcript_of
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.tried import TRIAL_SECONDS, Trial, tried

log = structlog.get_logger(__name__)
ONCE = APIConnectOptions(max_retry=0, timeout=TRIAL_SECONDS)
ASKED = "Say hello."
RATE, TONE_HERTZ, TONE_SECONDS, TONE_LEVEL = 16_000, 440, 1.0, 3_000


async def try_out(kind: Kind) -> Trial:
    """Returns how one request of the usual agent to this service goes; never longer than 20 s."""
    milliseconds, reason = await tried(_request(kind, resolve()), TRIAL_SECONDS)
    log.info("service_tried", service=kind, reason=reason or "", milliseconds=milliseconds)
    return Trial(milliseconds, reason, told(kind, reason)) if reason else Trial(milliseconds)


async def _request(kind: Kind, agent: Agent) -> None:
    await prepare([agent.services[kind]])
    await _REQUESTS[kind](agent)


async def _recognise(agent: Agent) -> None:
    """Returns when a second of sound was recognised, as whatever."""
    service = agent.services["stt"]
    if speaks_openai(service):
        wav = bytes(_tone().to_wav_bytes())
        await transcript_of(service, wav, TONE_SECONDS, agent.language)
        return
    async with aclosing(plugin_recogniser(service, agent.language, Outcome())) as recogniser:
        recogniser.is_replaced = True
        async with recogniser.stream(conn_options=ONCE) as hearing:
            hearing.push_frame(_tone())
            hearing.end_input()
            async for _event in hearing:
                pass


async def _reply(agent: Agent) -> None:
    """Returns with the first word of a reply."""
    asked = llm.ChatContext.empty()
    asked.add_message(role="user", content=ASKED)
    model = make_model(agent.services["llm"], agent.replies)
    async with model.chat(chat_ctx=asked, conn_options=ONCE) as reply:
        async for piece in reply:
            if piece.delta and piece.delta.content:
                return
    raise ServiceError("empty")


async def _speak(agent: Agent) -> None:
    """Returns with the first sound of a voice."""
    made = make_voice(agent.services["tts"], agent.voice, None, agent.language)
    async with aclosing(made) as voice, voice.synthesize(ASKED, conn_options=ONCE) as spoken:
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
