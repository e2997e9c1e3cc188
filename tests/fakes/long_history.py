"""A visitor with very many sessions, in which much was said, and what is read of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from voice_sessions import queries
from voice_sessions.models import Event, Session, State
from voice_sessions.searching import index, search

VISITOR = "bench"
BATCH = 1000
GREETING = "Welcome. How can I help you today?"
Page = tuple[list[Any], Any]


def sessions_with_words(sessions: int, visitor: str, now: datetime | None = None) -> None:
    """Stores so many ended sessions of the visitor, the last one the newest, a minute apart.

    In each the agent says the greeting, the person asks, with "pineapple" in one of 100, and the
    agent answers; in the older half it also says "formerly".
    """
    now = now or timezone.now()
    drawn = random.Random(18)
    asked, told = _texts(drawn, 8), _texts(drawn, 20)
    for first in range(0, sessions, BATCH):
        numbers = range(first, min(first + BATCH, sessions))
        lines = [
            (
                GREETING,
                drawn.choice(asked) + " pineapple" * (n % 100 == 0),
                drawn.choice(told) + " formerly" * (n < sessions / 2),
            )
            for n in numbers
        ]
        times = [now - timedelta(minutes=sessions - number) for number in numbers]
        _store(visitor, times, lines)


def pages(sessions: int) -> dict[str, Callable[[], Page]]:
    """Returns what reads each page of a visitor with so many sessions, which it makes.

    Another visitor has a tenth as many, with the same words.
    """
    now = timezone.now()
    sessions_with_words(sessions // 10, "another", now)
    sessions_with_words(sessions, VISITOR, now)
    middle = queries.history(
        VISITOR, before=queries.Position(now - timedelta(minutes=sessions // 2), "")
    )

    def found(words: str, before: queries.Position | None = None) -> Callable[[], Page]:
        return lambda: search.search(VISITOR, words, before, 20)

    return {
        "newest": lambda: queries.history(VISITOR),
        "behind the newest half": lambda: queries.history(VISITOR, before=middle[1]),
        "a word of all": found("welcome"),
        "a word of all, behind the newest half": found("welcome", middle[1]),
        "the beginning of a word of all": found("wel"),
        "a long beginning of a word of all": found("welcom"),
        "a word of the older half": found("formerly"),
        "a word of 1 in 100": found("pineapple"),
        "two words of all": found("help today"),
        "a phrase of all": found('"can i help"'),
        "a word of all and one of 1 in 100, never together": found("welcome pineapple"),
        "two words of many, never together": found("welcome formerly"),
        "a word of none": found("nowhere"),
        "a word of none that begins like one of all": found("welcoming"),
    }


def _texts(drawn: random.Random, size: int) -> list[str]:
    """Returns 2,000 texts of so many words, of which few are common and most are rare."""
    words = [_word(drawn) for _ in range(5000)]
    weights = [1 / place for place in range(1, len(words) + 1)]
    return [" ".join(drawn.choices(words, weights, k=size)) for _ in range(2000)]


def _word(drawn: random.Random) -> str:
    return drawn.choice("bcdfgklmnprst") + "".join(
        drawn.choices("aeioulnrst", k=drawn.randint(1, 9))
    )


def _store(visitor: str, times: list[datetime], lines: list[tuple[str, str, str]]) -> None:
    made = [
        Session(
            visitor=visitor,
            room=f"room-{at:%s}",
            identity="ann",
            state=State.ENDED,
            created_at=at,
            last_seq=3,
            title=said[1][:200],
        )
        for at, said in zip(times, lines, strict=True)
    ]
    finals = [
        Event(
            session=session,
            seq=seq,
            type="final",
            role="user" if seq == 2 else "agent",
            segment=f"s{seq}",
            at=session.created_at,
            payload={
                "role": "user" if seq == 2 else "agent",
                "text": text,
                "segment": f"s{seq}",
                "final": True,
                "order": seq,
            },
        )
        for session, said in zip(made, lines, strict=True)
        for seq, text in enumerate(said, 1)
    ]
    with transaction.atomic():
        Session.objects.bulk_create(made, batch_size=BATCH)
        Event.objects.bulk_create(finals, batch_size=BATCH)
        index.add_missing({session.id: visitor for session in made})
