"""AssemblyAI: recognition, by LiveKit's plugin."""

from __future__ import annotations

from config.services import Service
from livekit.agents import NOT_GIVEN
from livekit.plugins import assemblyai

from agent_manager.providers.plugins.recognition import PluginRecognition
from agent_manager.providers.plugins.session import as_list, plugin_session
from agent_manager.providers.recognition.outcome import Outcome

STEERED = ("u3-", "universal-3")
"""How the names of models begin that are told which language to expect."""


def recognition(service: Service, language: str, outcome: Outcome) -> PluginRecognition:
    """Streaming recognition; in any language where the agent has none of its own."""
    http = plugin_session(service)
    silence = service.option("min_turn_silence")
    is_steered = bool(language) and service.model.startswith(STEERED)
    plugin = assemblyai.STT(
        model=service.model,  # type: ignore[arg-type]
        language_codes=[language] if is_steered else NOT_GIVEN,
        min_turn_silence=int(silence) if silence else NOT_GIVEN,
        keyterms_prompt=as_list(service.option("keyterms")) or NOT_GIVEN,
        api_key=service.api_key,
        base_url=service.base_url.replace("http", "ws", 1),
        http_session=http,
    )
    return PluginRecognition(plugin, service, http, outcome)
