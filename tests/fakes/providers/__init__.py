"""Stand-ins that speak the wire protocols of Deepgram, Anthropic and ElevenLabs."""

from .server import ProvidersStandIn

__all__ = ["ProvidersStandIn"]
