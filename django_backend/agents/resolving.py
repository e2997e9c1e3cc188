"""Which agent a session gets: its revision, and for what that leaves open the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from config.services import Service
from django.conf import settings
from voice_sessions.models import Session

from agents import filling
from agents.agent import (
    DEFAULT,
    PACES,
    Agent,
    Limits,
    Offer,
    Replies,
    TurnTaking,
    Visibility,
)
from agents.models import Draft, Revision
from agents.services import choosing
from agents.tools.secrets import secrets_of
from agents.tools.specs import Secrets, tools_of

INTERIM_WORDS = {"auto": None, "on": True, "off": False}
FOUND_OUT = "auto"
Fields = Mapping[str, Any]


def resolve(
    fields: Fields | None = None,
    *,
    slug: str = DEFAULT,
    instructions: str = "",
    values: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
) -> Agent:
    """The agent of a session, by the fields of a revision; the settings' own without any.

    It has these `instructions` where the session brings its own. `values` fill `{{names}}`,
    `secrets` are those of its tools.
    """
    set_ = fields or {}
    own = instructions or filling.filled(set_.get("instructions", ""), values or {})
    greeting = filling.filled(set_.get("greeting", ""), values or {})
    services = choosing.services_of(set_.get("services", {}), slug)
    return Agent(
        instructions=own or settings.SYSTEM_PROMPT,
        greeting=greeting or settings.GREETING,
        language=_language(set_),
        voice=choosing.voice_of(set_.get("voice"), services["tts"]),
        services=services,
        interim_words=_interim_words(services["stt"]),
        tools=tools_of(set_.get("tools", ()), secrets or {}),
        limits=Limits(
            set_.get("session_seconds", settings.MAX_SESSION_SECONDS),
            set_.get("idle_seconds", settings.IDLE_SECONDS),
        ),
        replies=Replies(
            settings.LLM_HISTORY_TOKENS,
            set_.get("reply_tokens", settings.LLM_REPLY_TOKENS),
            temperature=set_.get("temperature"),
        ),
        turns=TurnTaking(
            ends_after=PACES[set_.get("turn_taking", "normal")],
            by_model=settings.TURN_DETECTION == "model",
            speculates=settings.SPECULATION == "auto",
            may_be_interrupted=set_.get("may_be_interrupted", True),
        ),
        recording=_recording(set_),
        slug=slug,
        name=set_.get("name", ""),
        first_speaker=set_.get("first_speaker", "agent"),
        greeting_by=set_.get("greeting_by", "text"),
        greeting_varies=bool(filling.PLACE.search(set_.get("greeting", ""))),
        speech_rate=set_.get("speech_rate"),
        timezone=set_.get("timezone", "UTC"),
    )


def of_session(session: Session) -> Agent:
    """Returns the agent of a session, the same for each that takes it over."""
    slug, fields = _kept(session)
    zone, language = fields.get("timezone", "UTC"), _language(fields)
    values = {
        **_defaults(fields),
        **session.variables,
        **filling.known(session.identity, session.created_at, zone, language),
    }
    secrets = secrets_of(slug) if "tools" in fields else {}
    return resolve(
        fields, slug=slug, instructions=session.system_prompt, values=values, secrets=secrets
    )


def _kept(session: Session) -> tuple[str, Fields]:
    """The slug and the fields that the session started with."""
    if session.draft_id:
        draft = Draft.objects.get(id=session.draft_id)
        return draft.slug, draft.fields
    if session.revision_id:
        revision = Revision.objects.select_related("agent").get(id=session.revision_id)
        return revision.agent.slug, revision.fields
    return DEFAULT, {}


def offer_of_draft(draft: Draft) -> Offer:
    """Returns what is told of an agent to whoever tries it."""
    told = offer(draft.revision, draft.slug, draft.fields)
    return replace(told, draft_id=draft.id)


def offer(revision: Revision | None, slug: str = DEFAULT, fields: Fields | None = None) -> Offer:
    """Returns what visitors are told of an agent; without a revision it is the settings' own.

    Other `fields` stand in for the revision's.
    """
    if fields is None:
        fields = revision.fields if revision else {}
    allowed = slug == DEFAULT and settings.ALLOW_VISITOR_PROMPT
    return Offer(
        slug,
        name=fields.get("name", ""),
        description=fields.get("description", ""),
        language=_language(fields),
        visibility=visibility(slug, fields),
        revision=revision.number if revision else None,
        revision_id=revision.id if revision else None,
        visitor_instructions=fields.get("visitor_instructions", allowed),
        recording=_recording(fields),
        embed_sites=tuple(fields.get("embed_sites", ())),
        variables=_defaults(fields),
    )


def visibility(slug: str, fields: Fields) -> Visibility:
    """Returns who may talk with an agent; the default one is public unless that is changed."""
    chosen: Visibility = fields.get("visibility", "public" if slug == DEFAULT else "operators")
    return chosen


def _language(fields: Fields) -> str:
    """The code, "" where recognition is to find the language out."""
    language: str = fields.get("language", settings.STT_LANGUAGE)
    return "" if language == FOUND_OUT else language


def _defaults(fields: Fields) -> dict[str, str]:
    return {each["name"]: each.get("default", "") for each in fields.get("variables", ())}


def _interim_words(service: Service) -> bool | None:
    """What the setting says of its own server; another one is asked."""
    is_usual = service.base_url == settings.SERVICES["stt"].base_url
    return INTERIM_WORDS[settings.STT_STREAMING] if is_usual else None


def _recording(fields: Fields) -> Literal["off", "ask"]:
    return "ask" if fields.get("recording", settings.RECORDING) == "ask" else "off"
