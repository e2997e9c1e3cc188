"""The REST addresses."""

from __future__ import annotations

from django.urls import path
from voice_sessions import addresses  # noqa: F401  (registers the converter session_id)

from . import description, health, history, hooks, local_voice, sessions, tokens

urlpatterns = [
    path("health", health.health),
    path("ready", health.ready),
    path("local-voice", local_voice.local_voice),
    path("token", tokens.TokenView.as_view()),
    path("session", sessions.start),
    path("session/<session_id:session_id>", sessions.SessionView.as_view()),
    path("transcripts/<session_id:session_id>", history.TranscriptView.as_view()),
    path("sessions", history.SessionsView.as_view()),
    path("livekit-webhook", hooks.livekit_webhook),
    path("schema", description.schema, name="schema"),
    path("schema/docs", description.docs),
]
