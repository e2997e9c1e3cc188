"""Deepgram: recognition and voices, by LiveKit's plugin."""

from __future__ import annotations

from config.providers.registry import PROVIDERS
from config.services import Service
from livekit.agents import NOT_GIVEN
from livekit.plugins import deepgram

from agent_manager.providers.plugins.recognition import PluginRecognition
from agent_manager.providers.plugins.session import as_list, plugin_session, root_of
from agent_manager.providers.plugins.voice import PluginVoice
from agent_manager.providers.recognition.outcome import Outcome
from agent_manager.providers.sound.kinds import RATE

ANY_LANGUAGE = "multi"
ENDPOINTING_MS = 25
KNOWS_TERMS = "nova-3"


def recognition(service: Service, language: str, outcome: Outcome) -> PluginRecognition:
    """Streaming recognition; in any language where the agent has none of its own."""
    http = plugin_session(service)
    terms = as_list(service.option("keyterms"))
    takes_terms = service.model.startswith(KNOWS_TERMS)
    plugin = deepgram.STT(
        model=service.model,
        language=language or ANY_LANGUAGE,
        smart_format=bool(service.option("smart_format")),
        filler_words=bool(service.option("filler_words")),
        endpointing_ms=int(service.option("endpointing_ms") or ENDPOINTING_MS),
        keyterm=terms if terms and takes_terms else NOT_GIVEN,
        keywords=NOT_GIVEN if takes_terms or not terms else [(term, 1.0) for term in terms],
        api_key=service.api_key,
        base_url=f"{root_of(service)}/v1/listen",
        http_session=http,
    )
    return PluginRecognition(plugin, service, http, outcome)


def voice(service: Service, name: str, rate: float | None, language: str) -> PluginVoice:
    """A voice, which is a model here: `name` where the agent has one, else the service's."""
    http = plugin_session(service)
    least, most = PROVIDERS["deepgram"].rates or (1.0, 1.0)
    plugin = deepgram.TTS(
        model=name or service.model,
        sample_rate=RATE,
        speed=min(max(rate, least), most) if rate else None,
        api_key=service.api_key,
        base_url=f"{root_of(service)}/v1/speak",
        http_session=http,
    )
    return PluginVoice(plugin, service, http, name, rate)
