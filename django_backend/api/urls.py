"""The REST addresses."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from . import views, webhooks

urlpatterns = [
    path("health", views.health),
    path("ready", views.ready),
    path("token", views.TokenView.as_view()),
    path("session", views.sessions_start),
    path("session/<str:session_id>", views.SessionView.as_view()),
    path("transcripts/<str:session_id>", views.transcript),
    path("sessions", views.sessions),
    path("livekit-webhook", webhooks.livekit_webhook),
    path("schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("schema/docs", SpectacularSwaggerView.as_view(url_name="schema")),
]
