"""What the views work with, one set an app."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

from flask_frontend.agents import DEFAULT, Agent, KnownAgents
from flask_frontend.arrivals import Arrivals
from flask_frontend.backend_client import BackendClient
from flask_frontend.local_voice import KnownLocalVoice
from flask_frontend.security import is_own_host
from flask_frontend.settings import Settings
from flask_frontend.visitors import mint_token

EXTENSION = "voice_agent"


@dataclass(frozen=True)
class Services:
    """The settings, the backend, what is known of it, and the arrivals of one app."""

    settings: Settings
    backend: BackendClient
    local_voice: KnownLocalVoice
    agents: KnownAgents
    arrivals: Arrivals


def build_services(settings: Settings) -> Services:
    """Services that speak with the backend of these settings."""
    secret = settings.visitor_secret
    backend = BackendClient(
        settings.backend_url, lambda visitor: mint_token(visitor, secret).token, host_name(settings)
    )
    usual = Agent(
        DEFAULT,
        visitor_instructions=settings.allow_visitor_prompt,
        recording=settings.recording,
    )
    agents = KnownAgents(backend, usual)
    local_voice = KnownLocalVoice(backend.local_voice)
    return Services(settings, backend, local_voice, agents, Arrivals(settings))


def host_name(settings: Settings) -> str:
    """Returns the name by which the backend is asked where its address is none that it serves.

    On one machine it is asked at 127.0.0.1 and serves the site's public name alone.
    """
    host = urlsplit(settings.backend_url).hostname or ""
    shown = f"[{host}]" if ":" in host else host
    is_name = shown != "localhost" and not host.replace(".", "").isdigit() and ":" not in host
    if is_name or is_own_host(shown, settings.allowed_hosts):
        return ""
    return settings.allowed_hosts[0].lstrip(".")


def services() -> Services:
    """The services of the app that handles this request."""
    found: Services = current_app.extensions[EXTENSION]
    return found
