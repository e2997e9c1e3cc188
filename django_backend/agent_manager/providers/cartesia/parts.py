"""Cartesia: voices, by LiveKit's plugin and its socket."""

from __future__ import annotations

from config.providers.registry import PROVIDERS
from config.services import Service
from livekit.plugins import cartesia

from agent_manager.providers.plugins.session import plugin_session
from agent_manager.providers.plugins.voice import PluginVoice
from agent_manager.providers.sound.kinds import RATE


def voice(service: Service, name: str, rate: float | None, language: str) -> PluginVoice:
    """The voice of this id."""
    http = plugin_session(service)
    least, most = PROVIDERS["cartesia"].rates or (1.0, 1.0)
    volume, emotion = service.option("volume"), service.option("emotion")
    plugin = cartesia.TTS(
        model=service.model,
        voice=name,
        language=language or None,
        speed=min(max(rate, least), most) if rate else None,
        volume=float(volume) if volume else None,
        emotion=str(emotion) if emotion else None,
        sample_rate=RATE,
        word_timestamps=False,
        api_key=service.api_key,
        base_url=service.base_url,
        http_session=http,
    )
    return PluginVoice(plugin, service, http, name, rate)
