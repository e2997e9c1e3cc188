"""What others are told of each way in which a session can end, as docs/webhooks.md says it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agents import saving
from fakes.hooks.receiver import Receiver
from telling import agent, end, started, webhook
from voice_sessions.actions import generations, sessions
from voice_sessions.actions.sessions import NewSession
from voice_sessions.endings import EndReason
from voice_sessions.models import Session
from webhooks import payloads
from webhooks.models import Delivery


@pytest.fixture(autouse=True)
def hook(receiver: Receiver) -> None:
    webhook(receiver)


def told() -> list[tuple[str, dict[str, Any]]]:
    """Type and data of each message, in their order."""
    ids = Delivery.objects.order_by("id").values_list("message_id", flat=True)
    read = [json.loads(payloads.body(each)) for each in ids]
    return [(each["type"], each["data"]) for each in read]


def starting(**fields: Any) -> Session:
    """A session whose agent cannot hear yet."""
    session, _is_new = sessions.start(NewSession("ann", "kitchen", "ann", **fields))
    return session


@pytest.mark.parametrize("reason", [each for each in EndReason if each != EndReason.AGENT_FAILED])
def test_each_reason_is_told_once_and_fails_nobody(reason: EndReason) -> None:
    session = started()
    end(session, reason)
    end(session, EndReason.STOPPED)
    (begun, _), (over, data) = told()
    assert (begun, over) == ("session.started", "session.ended")
    assert (data["session_id"], data["reason"]) == (session.id, reason)
    assert data["usage"]["seconds"] >= 0 and data["ended_at"]


@pytest.mark.parametrize("reason", [EndReason.STOPPED, EndReason.LEFT])
def test_one_whose_agent_never_could_hear_is_told_as_ended_alone(reason: EndReason) -> None:
    end(starting(), reason)
    ((kind, data),) = told()
    assert (kind, data["reason"], data["started_at"]) == ("session.ended", reason, None)
    assert (data["usage"]["seconds"], data["transcript"]) == (0.0, [])


def test_a_start_that_fails_is_told_as_failed_and_ended() -> None:
    sessions.discard(starting().id)
    (failed, why), (over, data) = told()
    assert (failed, over) == ("agent.failed", "session.ended")
    assert (why["code"], why["message"]) == ("agent_failed", "")
    assert (data["reason"], data["started_at"]) == ("agent_failed", None)


def test_an_agent_that_fails_midway_is_told_between_start_and_end() -> None:
    session = started()
    sessions.fail(session.id, 1, "agent_lost_for_good", "The agent was lost too often.")
    sessions.finish(session.id)
    kinds, data = zip(*told(), strict=True)
    assert kinds == ("session.started", "agent.failed", "session.ended")
    assert (data[1]["code"], data[1]["message"]) == (
        "agent_lost_for_good",
        "The agent was lost too often.",
    )
    assert data[2]["reason"] == "agent_failed"


def test_a_session_that_is_given_up_is_told_as_failed_and_ended() -> None:
    session = started()
    sessions.close(session.id)
    sessions.close(session.id)
    assert [kind for kind, _ in told()] == ["session.started", "agent.failed", "session.ended"]


def test_an_agent_that_takes_over_is_no_start_and_no_failure() -> None:
    session = started()
    generations.claim(session.id, 1)
    successor = generations.replace(session.id, 1, lost=True)
    assert successor and successor.generation == 2
    generations.claim(session.id, 2)
    sessions.activate(session.id, 2)
    end(session, EndReason.LEFT)
    assert [kind for kind, _ in told()] == ["session.started", "session.ended"]


def test_a_retired_agents_session_goes_on_and_is_told_by_its_revision() -> None:
    session = started(revision_id=agent("bistro"))
    saving.retire("bistro", "root", base=1)
    end(session)
    assert [(data["agent"], data["revision"]) for _, data in told()] == [("bistro", 1)] * 2
