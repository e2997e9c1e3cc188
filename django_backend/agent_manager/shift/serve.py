"""The coroutine that both runtimes run for an agent of a session, and what becomes of failures."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack

import structlog
from agents.agent import Agent
from django.db import Error as DatabaseError
from livekit.agents.utils import http_context
from media_server.client import server_url
from media_server.tokens import agent_token
from voice_sessions import steps as record
from voice_sessions.actions.event_log import AppendRefused
from voice_sessions.models import Session
from voice_sessions.refusals import is_refusal, told
from wakeups import wake

from agent_manager import knowledge
from agent_manager.listeners import service_words
from agent_manager.providers import assemble as pipeline
from agent_manager.providers.local_head import place_key
from agent_manager.providers.making import NotInstalled, prepare
from agent_manager.shift.greeting import fixed_greeting
from agent_manager.shift.heartbeat import Departure
from agent_manager.shift.leaving import Visit
from agent_manager.shift.shift import Shift
from agent_manager.speaking.kept import Key

log = structlog.get_logger(__name__)
LAST_WORD_ATTEMPTS = 600
LAST_WORD_DELAY = 1.0


async def serve(session: Session, agent: Agent, joined: asyncio.Event) -> None:
    """Holds a session; tells the supervisors when another agent has to go on.

    `joined` is set when the agent is in the room. Raises what kept it from joining; what fails
    later is logged here.
    """
    structlog.contextvars.bind_contextvars(session_id=session.id)
    try:
        left = await _claimed(session, agent, joined)
    except DatabaseError as error:
        if not joined.is_set():
            raise
        log.error("record_lost", generation=session.generation, **told(error))
        await _last_word(session)
        return
    except Exception:
        if not joined.is_set():
            raise
        log.exception("agent_failed", generation=session.generation)
        left = Departure.CUT_OFF
    if left in (Departure.MOVED, Departure.CUT_OFF):
        await wake.agent_gone(session.id, session.generation)


async def _claimed(session: Session, agent: Agent, joined: asyncio.Event) -> Departure:
    try:
        await record.claim(session.id, session.generation)
    except AppendRefused:
        log.warning("agent_not_wanted", generation=session.generation)
        return Departure.REPLACED
    left = await _in_room(session, agent, joined)
    log.info("agent_left", generation=session.generation, departure=left)
    return left


async def _in_room(session: Session, agent: Agent, joined: asyncio.Event) -> Departure:
    visit = Visit()
    async with AsyncExitStack() as held:
        await held.enter_async_context(http_context.open())
        await knowledge.recall(_voice_of_greeting(session, agent))
        await held.enter_async_context(knowledge.Sharing())
        await prepare(agent.services.values())
        try:
            parts = pipeline.build(agent, place_key(agent.services["llm"], session.id))
        except NotInstalled as missing:
            return await _without_provider(session, missing, joined)
        held.push_async_callback(parts.aclose)
        held.push_async_callback(visit.leave)
        await visit.enter(server_url(), agent_token(session))
        joined.set()
        log.info("agent_joined", generation=session.generation, pid=os.getpid())
        return await Shift(session, agent, parts, visit).run()


async def _without_provider(
    session: Session, missing: NotInstalled, joined: asyncio.Event
) -> Departure:
    """Ends a session whose provider is not installed here (any more): its person is told."""
    told = {"provider": missing.provider, "command": missing.command}
    log.error("provider_not_installed", service=missing.kind, **told)
    sentence = service_words.read(missing.kind, missing.reason)
    code = f"{missing.kind}_{missing.reason}"
    await record.fail(session.id, session.generation, code, sentence)
    await record.finish(session.id)
    joined.set()
    return Departure.ENDED


def _voice_of_greeting(session: Session, agent: Agent) -> Key | None:
    """Which voice the agent would greet with, None where none is kept."""
    text, service = fixed_greeting(session, agent), agent.services["tts"]
    if not text or session.generation > 1:
        return None
    return Key.of(service, agent.voice, agent.speech_rate, text, agent.language)


async def _last_word(session: Session) -> None:
    """Ends the session as agent_failed as soon as the record takes it, for ten minutes at most."""
    sentence = "The record could not be kept for a while, so the session had to end."
    for _attempt in range(LAST_WORD_ATTEMPTS):
        try:
            await record.fail(session.id, session.generation, "record_unavailable", sentence)
            await record.finish(session.id)
            return
        except DatabaseError as error:
            if is_refusal(error):
                break
            await asyncio.sleep(LAST_WORD_DELAY)
    log.error("last_word_not_stored")
