"""What processes have learnt of servers of speech and language, until it expires.

Times are taken by the database's clock, so that the clocks of hosts need not agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from common.facts import Fact
from django.db.models import DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Now

from voice_sessions.models import NAME_LENGTH, KnownFact

MOST_FACTS = 500
MOST_SOUNDS = 32
MOST_SOUND_BYTES = 1_000_000
UPDATED = ("kind", "server", "model", "value", "sound", "until")


def known_facts(with_sound: str = "") -> list[Fact]:
    """Returns the facts that hold; of those with a sound only the one with this key."""
    left = ExpressionWrapper(F("until") - Now(), output_field=DurationField())
    rows = KnownFact.objects.filter(until__gt=Now()).annotate(left=left)
    found = rows.filter(Q(sound=b"") | Q(key=with_sound)).order_by("-until")
    return [
        Fact(
            row.key,
            row.kind,
            row.server,
            row.model,
            row.value,
            row.left.total_seconds(),
            bytes(row.sound),
        )
        for row in found[:MOST_FACTS]
    ]


def keep_facts(facts: Sequence[Fact]) -> bool:
    """Stores facts in place of older ones with their keys, and sweeps; returns True."""
    rows = [_row(fact) for fact in facts if len(fact.sound) <= MOST_SOUND_BYTES]
    KnownFact.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=UPDATED
    )
    KnownFact.objects.filter(until__lte=Now()).delete()
    _bound(Q(), MOST_FACTS)
    _bound(~Q(sound=b""), MOST_SOUNDS)
    return True


def _row(fact: Fact) -> KnownFact:
    return KnownFact(
        key=fact.key,
        kind=fact.kind,
        server=fact.server[:NAME_LENGTH],
        model=fact.model[:NAME_LENGTH],
        value=fact.value,
        sound=fact.sound,
        until=Now() + timedelta(seconds=fact.seconds),
    )


def _bound(which: Q, most: int) -> None:
    """Deletes all but so many, those first that expire first."""
    too_many = KnownFact.objects.filter(which).order_by("-until").values_list("key")[most:]
    if keys := [key for (key,) in too_many]:
        KnownFact.objects.filter(key__in=keys).delete()
