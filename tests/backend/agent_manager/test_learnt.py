"""What is learnt of a server: kept for a while, told to other processes, and taken over by them."""

from __future__ import annotations

import json
from dataclasses import replace

from agent_manager.providers.learnt import Learnt, of_service, true_or_false
from agent_manager.providers.openai.chat.known import KnownServers
from agent_manager.providers.openai.chat.refusals import read_refusal
from agent_manager.providers.openai.patience import (
    DOUBT_SECONDS,
    WARM_SECONDS,
    Patience,
    Warmth,
    _warm,
)
from agent_manager.providers.openai.speech_shapes import Shape, Shapes
from common.facts import Fact, server_of
from config.secret import Secret
from config.services import Service
from pytest import approx, mark

SERVICE = Service("http://me:pass@one.example:81/v1?key=k", Secret("k"), "any")
HOUR = 3600.0


class Clock:
    """A clock that goes when it is told to."""

    now = 500.0

    def __call__(self) -> float:
        return self.now


def process(clock: Clock) -> Learnt[Service, bool]:
    """The knowledge of one process."""
    return Learnt(HOUR, clock=clock, form=true_or_false("test"))


def tell(one: Learnt, other: Learnt, *, everything: bool = False) -> list[Fact]:  # type: ignore[type-arg]
    """One process tells another what it has to tell, by way of JSON."""
    facts = one.untold(everything=everything)
    one.told(facts)
    read = [replace(fact, value=json.loads(json.dumps(fact.value))) for fact in facts]
    other.take_over({fact.key: fact for fact in read})
    return facts


def test_what_one_process_learns_another_knows_until_it_expires() -> None:
    clock = Clock()
    one, other = process(clock), process(clock)
    one.keep(SERVICE, False)
    [fact] = tell(one, other)
    assert other.get(SERVICE) is False
    assert fact.seconds == approx(HOUR)
    assert (fact.server, fact.model) == ("http://one.example:81/v1", "any")
    assert one.untold(everything=True) == [], "it was told"
    clock.now += HOUR + 1
    assert other.get(SERVICE) is None


def test_no_fact_shows_a_password_or_a_parameter() -> None:
    assert server_of("https://a:b@host:8/v1/?api-key=x#y") == "https://host:8/v1"


def test_what_others_know_no_more_is_forgotten() -> None:
    clock = Clock()
    one, other = process(clock), process(clock)
    one.keep(SERVICE, True)
    tell(one, other)
    other.take_over({})
    assert other.get(SERVICE) is None
    other.keep(SERVICE, True)
    other.take_over({})
    assert other.get(SERVICE) is True, "its own news"


def test_what_proved_wrong_elsewhere_counts() -> None:
    clock = Clock()
    one, other = process(clock), process(clock)
    one.keep(SERVICE, True, is_measure=True)
    tell(one, other)
    clock.now += 5
    other.keep(SERVICE, False)
    tell(other, one)
    assert one.get(SERVICE) is False


def test_own_news_are_not_overwritten_by_older_facts() -> None:
    clock = Clock()
    one, other = process(clock), process(clock)
    one.keep(SERVICE, True)
    facts = tell(one, other)
    clock.now += 5
    other.keep(SERVICE, False)
    other.take_over({fact.key: fact for fact in facts})
    assert other.get(SERVICE) is False


def test_a_measure_is_not_told_with_each_request() -> None:
    clock = Clock()
    known: Learnt[Service, float] = Learnt(
        HOUR, clock=clock, form=replace(true_or_false("test"), to_json=float, from_json=float)
    )
    known.keep(SERVICE, 1.0, is_measure=True)
    known.told(known.untold(everything=False))
    for _ in range(20):
        clock.now += 30
        known.keep(SERVICE, clock.now, is_measure=True)
        assert known.untold(everything=False) == []
    assert len(known.untold(everything=True)) == 1
    clock.now += HOUR / 2
    known.keep(SERVICE, 2.0, is_measure=True)
    assert len(known.untold(everything=False)) == 1, "half of its time is over"


@mark.parametrize("value", [None, "yes", {"was": 1}, [], 7])
def test_what_another_version_wrote_is_left_alone(value: object) -> None:
    known = process(Clock())
    known.keep(SERVICE, True)
    [fact] = known.untold(everything=True)
    for each in (known, _warm):
        each.take_over({fact.key: replace(fact, value=value)})
    fresh = process(Clock())
    fresh.take_over({fact.key: replace(fact, value=value)})
    assert fresh.get(SERVICE) is None


def patience(clock: Clock) -> tuple[Patience, Learnt[Service, Warmth], Learnt[Service, bool]]:
    """The patience of one process, and what it has to tell."""
    warm: Learnt[Service, Warmth] = Learnt(WARM_SECONDS, clock=clock, form=_warm._form)
    woken = Learnt(WARM_SECONDS, clock=clock, form=true_or_false("woken"))
    return Patience(60.0, clock, (SERVICE, warm, woken)), warm, woken


def test_a_service_that_is_warm_is_warm_for_all_and_doubted_by_all() -> None:
    clock = Clock()
    one, warm, _ = patience(clock)
    other, others, _ = patience(clock)
    one.answered(5.0)
    tell(warm, others)
    assert other.is_warm and other.seconds == 10
    one.stayed_silent()
    tell(warm, others)
    clock.now += DOUBT_SECONDS + 1
    assert not other.is_warm and other.seconds == 60


def test_a_cold_model_is_woken_by_one_process() -> None:
    clock = Clock()
    one, _, woken = patience(clock)
    other, _, others = patience(clock)
    assert one.may_wake()
    tell(woken, others)
    assert not other.may_wake()
    clock.now += WARM_SECONDS + 1
    assert other.may_wake()


def test_the_shape_of_requests_that_a_language_server_takes() -> None:
    clock = Clock()
    one, other = KnownServers(clock), KnownServers(clock)
    server = ("http://one.example/v1", "any", "one.example", 16_000, 2_000)
    learning = one.of(*server)
    fields = {"model": "any", "messages": [{"role": "user", "content": "Hi"}], "stream_options": {}}
    body = {"error": {"message": "Unknown field stream_options", "param": "stream_options"}}
    assert learning.learn(read_refusal(400, body), fields)
    learning.answered(closed_alone=True)
    tell(one._traits, other._traits)
    taught = other.of(*server)
    assert "stream_options" not in taught.request(fields)
    assert taught.wait == "until_closed"
    assert other.of(*server[:3], 8_000, 2_000).wait == "warily", "another agent's limits"
    clock.now += HOUR + 1
    assert "stream_options" in other.of(*server).request(fields)


def test_a_plainest_shape_that_fails_is_not_tried_again() -> None:
    servers = KnownServers(Clock())
    server = ("http://one.example/v1", "any", "one.example", 16_000, 2_000)
    fields = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}
    refused = read_refusal(400, {"error": {"message": "No."}})
    assert servers.of(*server).learn(refused, fields)
    assert not servers.of(*server).learn(refused, fields)
    assert not servers.of(*server).learn(refused, fields)


def test_the_shape_of_requests_for_speech() -> None:
    one, other = Shapes(), Shapes()
    server = ("http://one.example/v1", "tts", "alloy")
    one.worked(server, Shape("wav", names_voice=False))
    tell(one._known, other._known)
    assert other.of(server) == Shape("wav", names_voice=False, works=True)
    assert other.of((*server[:2], "nova")) == Shape()


def test_of_a_service_only_server_and_model_count() -> None:
    assert of_service(SERVICE) == of_service(replace(SERVICE, api_key=Secret("other")))
