"""A stand-in for OpenAI's speech and language API with fixed delays, scripts and failures."""

from .server import OpenAIStandIn
from .state import Delays, FaultName, Request, StageName, State

__all__ = ["Delays", "FaultName", "OpenAIStandIn", "Request", "StageName", "State"]
