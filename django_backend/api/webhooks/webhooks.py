"""Webhooks: owners make and change them, other operators see which there are."""

from __future__ import annotations

from typing import Any

from operators.authentication import known_operator, name_of, only
from operators.models import Role
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from webhooks import changes, queries
from webhooks.fields import NewWebhook, WebhookFields

from api.answers import ALWAYS, described
from api.fields import parsed
from api.operators.guarded import ForOperators
from api.problems import NO_CHANGES

from . import answers

FAILS = (*ALWAYS, 403, 404, 503)
WRITES = (*FAILS, 409, 415)


class WebhooksView(ForOperators):
    """All webhooks."""

    @described({200: answers.WebhooksAnswer}, fails=FAILS, operation_id="webhooks")
    @only(Role.VIEWER)
    def get(self, request: Request) -> Response:
        """All of them by name; with their addresses for owners only."""
        is_owner = known_operator(request).role == Role.OWNER
        shown = answers.for_owners if is_owner else answers.for_everybody
        return Response({"webhooks": [shown(each) for each in queries.webhooks()]})

    @described(
        {201: answers.NewWebhookAnswer},
        fails=WRITES,
        request=NewWebhook,
        operation_id="make_webhook",
    )
    @only(Role.OWNER)
    def post(self, request: Request) -> Response:
        """A new webhook; its secret is in this answer and nowhere else."""
        webhook, secret = changes.make(parsed(NewWebhook, request.data), by(request))
        return Response({**answers.for_owners(webhook), "secret": secret}, 201)


class WebhookView(ForOperators):
    """One webhook."""

    @described({200: answers.WebhookAnswer}, fails=FAILS, operation_id="webhook")
    @only(Role.OWNER)
    def get(self, request: Request, webhook_id: str) -> Response:
        """All of it but its secrets."""
        return Response(answers.for_owners(queries.webhook_of(webhook_id)))

    @described(
        {200: answers.WebhookAnswer},
        fails=WRITES,
        request=WebhookFields,
        operation_id="change_webhook",
    )
    @only(Role.OWNER)
    def patch(self, request: Request, webhook_id: str) -> Response:
        """Changes the fields that are sent; switched on again, it goes on with what waits."""
        return Response(answers.for_owners(changes.change(webhook_id, _some(request), by(request))))

    @described({204: None}, fails=FAILS, operation_id="delete_webhook")
    @only(Role.OWNER)
    def delete(self, request: Request, webhook_id: str) -> Response:
        """Deletes it with its deliveries; what waits is not sent any more."""
        changes.delete(webhook_id, by(request))
        return Response(status=204)


class SecretView(ForOperators):
    """The secret by which a webhook's messages are signed."""

    @described(
        {200: answers.SecretAnswer},
        fails=WRITES,
        request=answers.RotateRequest,
        operation_id="rotate_webhook_secret",
    )
    @only(Role.OWNER)
    def post(self, request: Request, webhook_id: str) -> Response:
        """A new secret, which is shown this once; the one before signs too for some hours."""
        hours = parsed(answers.RotateRequest, request.data)["keep_hours"]
        secret, until = changes.rotate(webhook_id, hours, by(request))
        return Response(answers.SecretAnswer({"secret": secret, "previous_until": until}).data)


def by(request: Request) -> str:
    """Returns how the audit names who asks."""
    return name_of(known_operator(request))


def _some(request: Request) -> dict[str, Any]:
    """The fields that are sent."""
    form = WebhookFields(data=request.data, partial=True)
    form.is_valid(raise_exception=True)
    if not form.validated_data:
        raise serializers.ValidationError({"body": [NO_CHANGES]})
    return dict(form.validated_data)
