"""The REST addresses."""

from __future__ import annotations

from agents import addresses as agents_addresses  # noqa: F401  (registers agent_slug)
from django.urls import path
from operators import addresses as operators_addresses  # noqa: F401  (registers operator_id)
from voice_sessions import addresses  # noqa: F401  (registers the converter session_id)
from webhooks import addresses as webhooks_addresses  # noqa: F401  (registers webhook_id)

from . import description, health, history, hooks, local_voice, sessions, tokens
from .agents import tools
from .agents import views as agents
from .agents.drafts import DraftsView
from .agents.providers import ProvidersView
from .credentials import hosts
from .credentials import views as credentials
from .operators import keys
from .operators import views as operators
from .overview.sessions import OperatorRecordingView, OperatorSessionsView, OperatorSessionView
from .overview.usage import UsageView
from .recordings.views import RecordingView
from .webhooks import deliveries, webhooks

urlpatterns = [
    path("health", health.health),
    path("ready", health.ready),
    path("ready/services", health.try_service),
    path("local-voice", local_voice.local_voice),
    path("token", tokens.TokenView.as_view()),
    path("session", sessions.start),
    path("session/<session_id:session_id>", sessions.SessionView.as_view()),
    path("session/<session_id:session_id>/messages", sessions.type_message),
    path("transcripts/<session_id:session_id>", history.TranscriptView.as_view()),
    path("transcripts/<session_id:session_id>/recording", RecordingView.as_view()),
    path("sessions", history.SessionsView.as_view()),
    path("operator/sessions", OperatorSessionsView.as_view()),
    path("operator/sessions/<session_id:session_id>", OperatorSessionView.as_view()),
    path("operator/sessions/<session_id:session_id>/recording", OperatorRecordingView.as_view()),
    path("usage", UsageView.as_view()),
    path("agents", agents.AgentsView.as_view()),
    path("providers", ProvidersView.as_view()),
    path("agents/<agent_slug:slug>", agents.AgentView.as_view()),
    path("agents/<agent_slug:slug>/revisions", agents.RevisionsView.as_view()),
    path("agents/<agent_slug:slug>/revisions/<int:number>", agents.RevisionView.as_view()),
    path("agents/<agent_slug:slug>/drafts", DraftsView.as_view()),
    path("agents/<agent_slug:slug>/export", agents.ExportView.as_view()),
    path("agents/<agent_slug:slug>/secrets", tools.ToolSecretsView.as_view()),
    path("tools/try", tools.ToolTrialView.as_view()),
    path("operators", operators.OperatorsView.as_view()),
    path("operators/sign-in", operators.SignInView.as_view()),
    path("operators/join", operators.JoinView.as_view()),
    path("operators/me", operators.MeView.as_view()),
    path("operators/me/password", operators.PasswordView.as_view()),
    path("operators/me/sign-in", operators.SignOutView.as_view()),
    path("operators/<operator_id:operator_id>", operators.OperatorView.as_view()),
    path("api-keys", keys.KeysView.as_view()),
    path("api-keys/<operator_id:key_id>", keys.KeyView.as_view()),
    path("credentials", credentials.CredentialsView.as_view()),
    path("credentials/<operator_id:credential_id>", credentials.CredentialView.as_view()),
    path("credentials/<operator_id:credential_id>/test", credentials.CredentialTestView.as_view()),
    path("allowed-hosts", hosts.AllowedHostsView.as_view()),
    path("allowed-hosts/<operator_id:host_id>", hosts.AllowedHostView.as_view()),
    path("audit", operators.AuditView.as_view()),
    path("webhooks", webhooks.WebhooksView.as_view()),
    path("webhooks/<webhook_id:webhook_id>", webhooks.WebhookView.as_view()),
    path("webhooks/<webhook_id:webhook_id>/secret", webhooks.SecretView.as_view()),
    path("webhooks/<webhook_id:webhook_id>/test", deliveries.TestView.as_view()),
    path("webhooks/<webhook_id:webhook_id>/deliveries", deliveries.DeliveriesView.as_view()),
    path(
        "webhooks/<webhook_id:webhook_id>/deliveries/<message_id:message_id>",
        deliveries.DeliveryView.as_view(),
    ),
    path("livekit-webhook", hooks.livekit_webhook),
    path("schema", description.schema, name="schema"),
    path("schema/docs", description.docs),
]
