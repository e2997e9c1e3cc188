"""What the views work with, one set an app."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from flask_frontend.arrivals import Arrivals
from flask_frontend.backend_client import BackendClient
from flask_frontend.notice import DemoNotice
from flask_frontend.settings import Settings
from flask_frontend.visitors import mint_token

EXTENSION = "voice_agent"


@dataclass(frozen=True)
class Services:
    """The settings, the backend, the notice and the arrivals of one app."""

    settings: Settings
    backend: BackendClient
    notice: DemoNotice
    arrivals: Arrivals


def build_services(settings: Settings) -> Services:
    """Services that speak with the backend of these settings."""
    secret = settings.visitor_secret
    backend = BackendClient(settings.backend_url, lambda visitor: mint_token(visitor, secret).token)
    return Services(settings, backend, DemoNotice(backend.offline_services), Arrivals(settings))


def services() -> Services:
    """The services of the app that handles this request."""
    found: Services = current_app.extensions[EXTENSION]
    return found
