"""The messages for webhooks, written in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now
from voice_sessions.actions.occurrences import Occurrence
from voice_sessions.models import Session
from wakeups import wake

from webhooks.models import PING, Delivery, Webhook

TRIED_FOR = timedelta(hours=24)


class Outbox:
    """Keeps what webhooks are told of sessions, until it is delivered and some weeks after."""

    def happened(self, session_id: str, what: Occurrence) -> None:
        """Stores a message for each webhook that wants this of the session's agent.

        Nobody is told of a session in which an operator tries what is not saved.
        """
        wanting = [each for each in Webhook.objects.filter(disabled="") if what in each.events]
        if not wanting:
            return
        session = _of_agent(session_id)
        if session.draft_id:
            return
        named = _named_webhooks(session)
        told = [each for each in wanting if each.all_agents or each.name in named]
        Delivery.objects.bulk_create(_message(each, what, session_id) for each in told)
        if told:
            announce()

    def forget(self, sessions: QuerySet[Session]) -> None:
        """Deletes the messages about these sessions, also those that were not delivered yet."""
        Delivery.objects.filter(session__in=sessions)._raw_delete("default")


def ping(webhook: Webhook) -> Delivery:
    """Returns a new message for the webhook that tells nothing but that it arrives."""
    delivery = _message(webhook, PING)
    delivery.save()
    announce()
    return delivery


def announce() -> None:
    """Has messages looked for when the current transaction commits."""
    wake.deliveries_due()


def _message(webhook: Webhook, what: str, session_id: str | None = None) -> Delivery:
    return Delivery(
        webhook=webhook,
        session_id=session_id,
        type=what,
        next_at=Now(),
        deadline=Now() + TRIED_FOR,
    )


def _of_agent(session_id: str) -> Session:
    """The session with the fields that its agent had when it started."""
    found = Session.objects.select_related("revision")
    return found.only("draft_id", "revision__fields").get(id=session_id)


def _named_webhooks(session: Session) -> Collection[str]:
    return session.revision.fields.get("webhooks", ()) if session.revision else ()
