"""A stand-in for OpenAI's speech and language API with fixed delays, scripts and failures."""

from .server import OpenAIStandIn
from .state import Delays, FaultName, Kind, Request, State

__all__ = ["Delays", "FaultName", "Kind", "OpenAIStandIn", "Request", "State"]
