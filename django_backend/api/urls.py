"""The REST addresses."""

from __future__ import annotations

from django.urls import path
from voice_sessions import addresses  # noqa: F401  (registers the converter session_id)

from . import description, views, webhooks

urlpatterns = [
    path("health", views.health),
    path("ready", views.ready),
    path("token", views.TokenView.as_view()),
    path("session", views.sessions_start),
    path("session/<session_id:session_id>", views.SessionView.as_view()),
    path("transcripts/<session_id:session_id>", views.transcript),
    path("sessions", views.sessions),
    path("livekit-webhook", webhooks.livekit_webhook),
    path("schema", description.schema, name="schema"),
    path("schema/docs", description.docs),
]
