"""ElevenLabs: voices, by LiveKit's plugin and its socket."""

from __future__ import annotations

from config.providers.registry import PROVIDERS
from config.services import Service
from livekit.agents import NOT_GIVEN
from livekit.plugins import elevenlabs

from agent_manager.providers.plugins.session import plugin_session, root_of
from agent_manager.providers.plugins.voice import PluginVoice

STABILITY, SIMILARITY = 0.5, 0.75
"""What ElevenLabs takes where nothing is said, and its plugin wants to know once anything is."""
TAKES_LANGUAGE = ("eleven_turbo_v2_5", "eleven_flash_v2_5")


def voice(service: Service, name: str, rate: float | None, language: str) -> PluginVoice:
    """The voice of this id."""
    http = plugin_session(service)
    plugin = elevenlabs.TTS(
        voice_id=name,
        model=service.model,
        voice_settings=_manner(service, rate) or NOT_GIVEN,
        language=language if language and service.model in TAKES_LANGUAGE else NOT_GIVEN,
        encoding="pcm_24000",
        api_key=service.api_key,
        base_url=f"{root_of(service)}/v1",
        sync_alignment=False,
        http_session=http,
    )
    return PluginVoice(plugin, service, http, name, rate)


def _manner(service: Service, rate: float | None) -> elevenlabs.VoiceSettings | None:
    stability, similarity = service.option("stability"), service.option("similarity_boost")
    style = service.option("style")
    if rate is None and stability is None and similarity is None and style is None:
        return None
    least, most = PROVIDERS["elevenlabs"].rates or (1.0, 1.0)
    return elevenlabs.VoiceSettings(
        stability=STABILITY if stability is None else float(stability),
        similarity_boost=SIMILARITY if similarity is None else float(similarity),
        style=NOT_GIVEN if style is None else float(style),
        speed=NOT_GIVEN if rate is None else min(max(rate, least), most),
    )
