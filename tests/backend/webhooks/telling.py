"""Webhooks and sessions to tell of, their messages, and time that passes for what waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from agents import saving
from asgiref.sync import sync_to_async as later
from django.db.models import F
from fakes.hooks.receiver import Receiver
from support.waiting import until_async
from voice_sessions.actions import event_log, sessions
from voice_sessions.endings import EndReason
from voice_sessions.events import Final
from voice_sessions.models import Session
from webhooks import changes
from webhooks.models import Delivery, Webhook

EVENTS = ["session.started", "session.ended", "agent.failed"]


def webhook(receiver: Receiver, **fields: Any) -> tuple[Webhook, str]:
    """A webhook of all agents and events, and its secret."""
    usual = {"name": "crm", "url": receiver.url(), "events": EVENTS, "all_agents": True}
    return changes.make({**usual, **fields}, "root")


def started(session_id: str = "", **fields: Any) -> Session:
    """A session whose agent can hear."""
    given = {"visitor": "ann", "room": "kitchen", "identity": "ann", **fields}
    named = {"id": session_id} if session_id else {}
    session = Session.objects.create(**named, **given)
    sessions.activate(session.id, 1)
    return session


def say(session: Session, *lines: str) -> None:
    """The person and the agent say these lines by turns."""
    for number, text in enumerate(lines):
        role = "agent" if number % 2 else "user"
        event_log.append(session.id, 1, Final(role=role, text=text, segment=f"s{number}"))  # type: ignore[arg-type]


def end(session: Session, reason: EndReason = EndReason.STOPPED) -> None:
    """Ends a session for good."""
    sessions.end(session.id, reason)
    sessions.finish(session.id)


def agent(slug: str, *names: str) -> int:
    """The id of the first revision of an agent that names these webhooks."""
    return saving.create(slug, {"name": slug, "webhooks": list(names)}, "root").id


def pass_time(**time: float) -> None:
    """Moves all that is stored of deliveries back, which is as good as waiting."""
    span = timedelta(**time)
    for model, names in (
        (Delivery, ("next_at", "claimed_until", "deadline")),
        (Webhook, ("previous_until",)),
    ):
        for name in names:
            rows = model.objects.exclude(**{name: None})
            rows.update(**{name: F(name) - span})


def rows(**which: Any) -> list[Delivery]:
    return list(Delivery.objects.filter(**which).order_by("id"))


async def arrived(receiver: Receiver, count: int) -> None:
    await until_async(lambda: len(receiver.received) >= count, what=f"{count} messages")


async def settled(**which: Any) -> Delivery:
    """The one message of these that is over."""

    def look() -> Delivery | None:
        found = rows(**which, next_at=None)
        return found[0] if found else None

    return await until_async(lambda: later(look)(), what="the end of a message")


async def tried(attempts: int) -> Delivery:
    """The message that has been tried so often and waits."""

    def look() -> Delivery | None:
        return Delivery.objects.filter(attempts=attempts, claimed_until=None).first()

    return await until_async(lambda: later(look)(), what=f"attempt {attempts}")
