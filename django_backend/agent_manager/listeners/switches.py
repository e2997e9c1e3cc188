"""A service that took over from another, as an event."""

from __future__ import annotations

from typing import Literal

from voice_sessions.events import ServiceSwitched

from agent_manager.providers.fallback.switching import RECOVERED, Switch


def event_of(switch: Switch) -> ServiceSwitched:
    """The event that tells of a switch."""
    to: Literal["fallback", "first"] = "first" if switch.reason == RECOVERED else "fallback"
    return ServiceSwitched(service=switch.kind, to=to, reason=switch.reason)
