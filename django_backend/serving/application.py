"""The backend as one ASGI application: REST, WebSocket and the start and end of the server."""

# ruff: noqa: E402  (Django is set up before what needs it is imported)
from __future__ import annotations

import os
import warnings
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels_app.routing import websocket_urlpatterns
from config.safety import refuse_unsafe_settings
from django.core.asgi import get_asgi_application

from serving.edge import App, Edge, Share, WholeBody
from serving.lifespan import lifespan

refuse_unsafe_settings()

application = Edge(
    ProtocolTypeRouter(
        {
            "http": WholeBody(Share(cast(App, get_asgi_application()))),
            "websocket": URLRouter(websocket_urlpatterns),
            "lifespan": lifespan,
        }
    )
)
