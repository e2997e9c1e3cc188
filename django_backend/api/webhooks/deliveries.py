"""Deliveries of a webhook: what was sent, what waits, and sending again."""

from __future__ import annotations

from operators.authentication import only
from operators.models import Role
from rest_framework.request import Request
from rest_framework.response import Response
from webhooks import changes, queries

from api.answers import described
from api.fields import parsed
from api.operators.guarded import ForOperators

from . import answers
from .webhooks import FAILS, WRITES, by


class DeliveriesView(ForOperators):
    """All messages for a webhook."""

    @described(
        {200: answers.DeliveriesAnswer},
        fails=FAILS,
        parameters=[answers.DeliveriesQuery],
        operation_id="deliveries",
    )
    @only(Role.OWNER)
    def get(self, request: Request, webhook_id: str) -> Response:
        """Newest first; those that are over are kept for 30 days, and while their sessions are."""
        wanted = parsed(answers.DeliveriesQuery, request.query_params)
        found, following = queries.deliveries(webhook_id, **wanted)
        shown = answers.DeliveryAnswer(found, many=True).data
        return Response({"deliveries": shown, "next": following})


class DeliveryView(ForOperators):
    """One message."""

    @described(
        {202: answers.DeliveryAnswer},
        fails=WRITES,
        request=None,
        operation_id="send_again",
    )
    @only(Role.OWNER)
    def post(self, request: Request, webhook_id: str, message_id: str) -> Response:
        """Sends it once more, now, under the same id; 409 while the webhook is switched off."""
        sent = changes.send_again(webhook_id, message_id, by(request))
        return Response(answers.DeliveryAnswer(sent).data, 202)


class TestView(ForOperators):
    """Trying a webhook out."""

    @described(
        {202: answers.DeliveryAnswer},
        fails=WRITES,
        request=None,
        operation_id="test_webhook",
    )
    @only(Role.OWNER)
    def post(self, request: Request, webhook_id: str) -> Response:
        """Sends a message of the type `ping`; 409 while the webhook is switched off."""
        return Response(answers.DeliveryAnswer(changes.test(webhook_id, by(request))).data, 202)
