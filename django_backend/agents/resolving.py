"""Which agent a session gets: the one that the settings describe."""

from __future__ import annotations

from django.conf import settings

from agents.agent import Agent, Limits, Replies, TurnTaking

INTERIM_WORDS = {"auto": None, "on": True, "off": False}


def resolve(instructions: str = "") -> Agent:
    """The agent of a session; it has these instructions where the session brings its own."""
    return Agent(
        instructions=instructions or settings.SYSTEM_PROMPT,
        greeting=settings.GREETING,
        language=settings.STT_LANGUAGE,
        voice=settings.TTS_VOICE,
        services=settings.SERVICES,
        interim_words=INTERIM_WORDS[settings.STT_STREAMING],
        limits=Limits(settings.MAX_SESSION_SECONDS, settings.IDLE_SECONDS),
        replies=Replies(settings.LLM_HISTORY_TOKENS, settings.LLM_REPLY_TOKENS),
        turns=TurnTaking(
            by_model=settings.TURN_DETECTION == "model",
            speculates=settings.SPECULATION == "auto",
        ),
    )
