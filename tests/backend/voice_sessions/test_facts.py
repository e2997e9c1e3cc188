"""What processes tell each other of servers, in the record: bounded, and gone when it expires."""

from __future__ import annotations

from datetime import timedelta

import pytest
from common.facts import Fact
from django.utils import timezone
from voice_sessions.models import KnownFact
from voice_sessions.processes import facts

pytestmark = pytest.mark.django_db


def fact(key: str = "a", value: object = True, sound: bytes = b"", seconds: float = 60.0) -> Fact:
    return Fact(key, "kind", "http://x/v1", "model", value, seconds, sound)


def test_a_fact_is_read_as_it_was_kept() -> None:
    facts.keep_facts([fact(value={"shape": ["a", None, 1.5]})])
    [found] = facts.known_facts()
    assert found.value == {"shape": ["a", None, 1.5]}
    assert (found.kind, found.server, found.model) == ("kind", "http://x/v1", "model")
    assert found.seconds == pytest.approx(60.0, abs=2.0)


def test_the_newest_of_a_key_counts() -> None:
    facts.keep_facts([fact(value=True), fact("b")])
    facts.keep_facts([fact(value=False, seconds=30.0)])
    found = {each.key: each.value for each in facts.known_facts()}
    assert found == {"a": False, "b": True}


def test_what_has_expired_is_not_read_and_swept() -> None:
    facts.keep_facts([fact()])
    KnownFact.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert facts.known_facts() == []
    facts.keep_facts([fact("b")])
    assert list(KnownFact.objects.values_list("key", flat=True)) == ["b"]


def test_a_sound_is_read_by_its_key_alone() -> None:
    facts.keep_facts([fact("voice", sound=b"\x00\xff" * 200_000), fact("other", sound=b"ab")])
    assert facts.known_facts() == []
    [found] = facts.known_facts("voice")
    assert found.sound == b"\x00\xff" * 200_000


def test_a_sound_that_is_too_long_is_not_kept() -> None:
    facts.keep_facts([fact("voice", sound=bytes(facts.MOST_SOUND_BYTES + 1)), fact("b")])
    assert [each.key for each in facts.known_facts("voice")] == ["b"]


def test_rows_are_bounded_and_the_first_to_expire_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(facts, "MOST_FACTS", 4)
    monkeypatch.setattr(facts, "MOST_SOUNDS", 2)
    facts.keep_facts([fact(f"v{n}", sound=b"ab", seconds=100 + n) for n in range(4)])
    assert set(KnownFact.objects.values_list("key", flat=True)) == {"v2", "v3"}
    facts.keep_facts([fact(f"f{n}", seconds=200 + n) for n in range(4)])
    assert set(KnownFact.objects.values_list("key", flat=True)) == {"f0", "f1", "f2", "f3"}


def test_names_of_any_length_fit() -> None:
    facts.keep_facts([Fact("a", "kind", "http://" + "x" * 3000, "m" * 3000, 1, 60.0)])
    assert len(facts.known_facts()) == 1
