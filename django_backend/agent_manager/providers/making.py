"""The parts of each service, by its provider; plugins are imported when they are needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from agents.agent import Replies
from config.providers.registry import PROVIDERS, is_installed
from config.services import Kind, Service
from livekit.agents import vad

from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.llm import language_model
from agent_manager.providers.openai.stt import recognition
from agent_manager.providers.openai.transcriptions import host_of
from agent_manager.providers.openai.tts import speech
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.providers.recognition.recogniser import AnyRecogniser
from agent_manager.providers.voice import Voice


class NotInstalled(ServiceError):
    """The plugin of a service's provider is not installed. `command` installs it."""

    def __init__(self, kind: Kind, service: Service) -> None:
        super().__init__("not_installed", host=host_of(service))
        self.kind = kind
        self.provider = service.provider
        self.command = PROVIDERS[service.provider].command


def speaks_openai(service: Service) -> bool:
    """Whether the service speaks OpenAI's API, so that the project's own client serves it."""
    return not PROVIDERS[service.provider].module


def is_there(service: Service) -> bool:
    """Whether what the service's provider needs is installed."""
    return is_installed(PROVIDERS[service.provider])


async def prepare(services: Iterable[Service]) -> None:
    """Imports what these services and their fallbacks need, as far as it is installed.

    What takes long is imported in a thread; the plugins themselves refuse any but the main one.
    """
    both = [each for own in services for each in (own, own.fallback) if each is not None]
    for service in both:
        if not speaks_openai(service) and is_there(service):
            for name in PROVIDERS[service.provider].slow_imports:
                await asyncio.to_thread(import_module, name)
            import_module(_module(service))


def make_recogniser(
    service: Service,
    language: str,
    ears: vad.VAD,
    outcome: Outcome,
    *,
    streaming: bool,
    joins: Callable[[], bool],
) -> AnyRecogniser:
    """Recognition by this service; raises NotInstalled.

    `streaming` and `joins` are of servers that speak OpenAI's API.
    """
    if speaks_openai(service):
        options = {"streaming": streaming, "joins": joins, "outcome": outcome}
        return recognition(service, language, ears, **options)  # type: ignore[arg-type]
    return plugin_recogniser(service, language, outcome)


def plugin_recogniser(service: Service, language: str, outcome: Outcome) -> AnyRecogniser:
    """Recognition by a provider with a plugin; raises NotInstalled."""
    recogniser: AnyRecogniser = _parts("stt", service).recognition(service, language, outcome)
    return recogniser


def make_model(service: Service, replies: Replies, cache_key: str = "") -> Any:
    """A language model of this service, which tells `history_tokens`; raises NotInstalled."""
    if speaks_openai(service):
        return language_model(service, replies, cache_key)
    return _parts("llm", service).language_model(service, replies)


def make_voice(service: Service, name: str, rate: float | None, language: str) -> Voice:
    """A voice of this service; raises NotInstalled."""
    if speaks_openai(service):
        return speech(service, name, rate)
    voice: Voice = _parts("tts", service).voice(service, name, rate, language)
    return voice


def _parts(kind: Kind, service: Service) -> Any:
    """The module that makes a provider's parts."""
    if not is_there(service):
        raise NotInstalled(kind, service)
    return import_module(_module(service))


def _module(service: Service) -> str:
    return f"agent_manager.providers.{service.provider}.parts"
