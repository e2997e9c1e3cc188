"""Messages to webhooks as they are written: with what they tell, and for how long they stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest
from agents import saving
from django.db import transaction
from django.utils import timezone
from fakes.hooks.receiver import Receiver
from telling import agent, end, say, started, webhook
from voice_sessions.actions import erasing, sessions
from voice_sessions.endings import EndReason
from voice_sessions.models import Event, Session
from webhooks import changes, payloads
from webhooks.models import Delivery, Webhook
from webhooks.sweeping import sweep

Delivering = Callable[[], AbstractAsyncContextManager[None]]


def rows(**which: Any) -> list[Delivery]:
    return list(Delivery.objects.filter(**which).order_by("id"))


def test_all_of_a_visitor_take_their_messages_along(receiver: Receiver):
    webhook(receiver)
    for visitor, room in (("ann", "a"), ("ann", "b"), ("bob", "c")):
        end(started(visitor=visitor, room=room))
    going_on = started(visitor="ann", room="d")
    erasing.erase_all("ann")
    left = {(each.session_id, each.type) for each in rows()}
    assert {session for session, _ in left} == {
        going_on.id,
        Session.objects.get(visitor="bob").id,
    }


def test_erasing_that_fails_leaves_all_as_it_was(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    webhook(receiver)
    session = started()
    end(session)

    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("voice_sessions.actions.occurrences.forget", broken)
    with pytest.raises(RuntimeError):
        erasing.erase("ann", session.id)
    assert not Session.objects.get().erased and len(rows()) == 2


def test_a_secret_that_signs_no_more_is_forgotten(receiver: Receiver):
    hook, _ = webhook(receiver)
    changes.rotate(hook.id, 24, "root")
    sweep()
    assert Webhook.objects.get().previous_secret
    Webhook.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    sweep()
    left = Webhook.objects.get()
    assert (left.previous_secret, left.previous_until) == ("", None) and left.secret


def test_who_is_told_follows_from_the_revision_that_the_session_keeps(receiver: Receiver):
    webhook(receiver, name="all")
    webhook(receiver, name="crm", all_agents=False)
    webhook(receiver, name="off")
    off = Webhook.objects.get(name="off")
    changes.change(off.id, {"enabled": False}, "root")
    webhook(receiver, name="ends", events=["session.ended"])
    named, plain = agent("bistro", "crm", "nobody-made-this"), agent("desk")
    for revision in (named, plain, None):
        started(revision_id=revision, room=f"r{revision}")
    told = Delivery.objects.values_list("session__revision_id", "webhook__name")
    assert set(told) == {(named, "all"), (named, "crm"), (plain, "all"), (None, "all")}


def test_nobody_is_told_of_what_an_operator_only_tries(receiver: Receiver):
    webhook(receiver)
    draft = saving.draft(saving.NEW, {"name": "Bistro"}, "root", "ann")
    end(started(draft_id=draft.id))
    assert rows() == []


def test_the_outbox_is_part_of_the_transaction_of_the_event(receiver: Receiver):
    webhook(receiver)
    session = started()
    with pytest.raises(RuntimeError), transaction.atomic():
        end(session)
        raise RuntimeError
    assert [each.type for each in rows()] == ["session.started"]
    with transaction.atomic():
        end(session)
        assert len(rows()) == 2
    assert not Event.objects.filter(type="session_ended").count() > 1


def test_a_session_that_cannot_be_settled_is_told_as_ended_once(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    webhook(receiver, events=["session.ended"])
    session = started()
    sessions.end(session.id, EndReason.STOPPED)

    def refused(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(sessions, "settle_open", refused)
    assert sessions.finish(session.id)
    assert [each.type for each in rows()] == ["session.ended"]


def test_an_outbox_that_refuses_keeps_no_session_open(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    webhook(receiver)
    session = started()

    def refused(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr("webhooks.outbox._named_webhooks", refused)
    end(session)
    assert Session.objects.get().state == "ended"


def test_a_long_transcript_is_cut_and_says_so(receiver: Receiver):
    webhook(receiver, events=["session.ended"])
    session = started()
    say(session, *[f"{number} " + "ü" * 9000 for number in range(30)])
    at, book = timezone.now(), {"call": "c1", "name": "book"}
    begun = {**book, "arguments": {"day": "Monday"}}
    done = {**book, "ok": True, "milliseconds": 5, "summary": "Booked."}
    hangs = {"call": "c2", "name": "look_up", "arguments": {}}
    payload_by_type = [("tool_started", begun), ("tool_started", hangs), ("tool_ended", done)]
    for seq, (kind, payload) in enumerate(payload_by_type, 90):
        Event.objects.create(session=session, seq=seq, type=kind, payload=payload, at=at)
    Session.objects.update(last_seq=99)
    end(session)
    body = payloads.body(rows()[0].message_id)
    data = json.loads(body)["data"]
    assert len(body) < payloads.MOST_BYTES + 10_000
    assert data["transcript_truncated"] and not data["tools_truncated"]
    assert data["transcript"][0]["text"].startswith("0 ") and 10 < len(data["transcript"]) < 15
    assert data["usage"]["person_turns"] == 15, "all of them count"
    book, hangs = ({k: v for k, v in each.items() if k != "at"} for each in data["tools"])
    assert book == {
        "name": "book",
        "arguments": {"day": "Monday"},
        "ok": True,
        "milliseconds": 5,
        "summary": "Booked.",
    }
    assert (hangs["name"], hangs["ok"]) == ("look_up", None)


def test_what_is_over_is_kept_for_thirty_days(receiver: Receiver):
    webhook(receiver, events=["session.started"])
    started(room="old")
    long_ago = timezone.now() - timedelta(days=31)
    Delivery.objects.update(next_at=None, delivered_at=long_ago, happened_at=long_ago)
    started(room="new")
    sweep()
    (left,) = rows()
    assert left.session and left.session.room == "new"


def test_of_too_many_the_oldest_are_given_up(receiver: Receiver, monkeypatch: pytest.MonkeyPatch):
    webhook(receiver, events=["session.started"])
    for number in range(5):
        started(room=f"r{number}")
    monkeypatch.setattr("webhooks.sweeping.MOST_PENDING", 3)
    sweep()
    assert [each.reason for each in rows()] == ["too_many", "too_many", "", "", ""]
    assert [bool(each.next_at) for each in rows()] == [False, False, True, True, True]
