"""What was found out about a server and holds for a while, in this process and in others."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from common.facts import About, Fact, fact_key, server_of
from config.services import Service

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

OWN_WRITE_SECONDS = 2.0
"""Two ends of a fact that are no further apart are one: it is what this process has written."""
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""What reading a value raises that another version of this program has written."""


@dataclass(frozen=True)
class Form(Generic[K, V]):
    """How a kind of knowledge is shared: whom each is about, and its value to JSON and back."""

    kind: str
    about: Callable[[K], About]
    to_json: Callable[[V], Any]
    from_json: Callable[[Any], V]


@dataclass
class _Kept(Generic[V]):
    """One value until a moment of the clock.

    `shared` is the value as other processes read it, until `shared_until`.
    """

    value: V
    until: float
    seconds: float
    about: About = ()
    is_news: bool = False
    shared: str = ""
    shared_until: float | None = None

    def is_shared_as(self, fact: Fact, until: float) -> bool:
        """Whether the fact is what this process has written or read before."""
        if self.shared_until is None or self.shared != json.dumps(fact.value):
            return False
        return abs(self.shared_until - until) < OWN_WRITE_SECONDS

    @property
    def is_own(self) -> bool:
        """Whether this process knows more of it than it has told."""
        return self.is_news or self.shared_until is None or self.until > self.shared_until + 1

    def is_due(self, now: float, *, everything: bool) -> bool:
        """Whether others are to be told now."""
        if now >= self.until or not self.is_own:
            return False
        told_until = self.shared_until or 0.0
        return self.is_news or everything or told_until - now < self.seconds / 2


class Learnt(Generic[K, V]):
    """Keeps a value for each key and forgets it after `seconds`; at most `most` keys.

    The key that was set longest ago makes room for a new one. With a `form` the knowledge is
    shared with other processes, by whoever looks into `SHARED`.
    """

    def __init__(
        self,
        seconds: float,
        most: int = 64,
        clock: Callable[[], float] = time.monotonic,
        form: Form[K, V] | None = None,
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._form = form
        self._kept: OrderedDict[Hashable, _Kept[V]] = OrderedDict()
        if form is not None:
            SHARED[form.kind] = self

    def get(self, key: K) -> V | None:
        """Returns what is known of the key, None where nothing is or it is too old."""
        kept = self._kept.get(self._name(key))
        return kept.value if kept and self._clock() < kept.until else None

    def keep(
        self, key: K, value: V, seconds: float | None = None, *, is_measure: bool = False
    ) -> None:
        """Knows the value from now on, for the usual time or for so many seconds.

        A measure changes with each request, so others are not told of each change.
        """
        seconds = self._seconds if seconds is None else seconds
        name, now = self._name(key), self._clock()
        kept = _Kept(value, now + seconds, seconds, self._form.about(key) if self._form else ())
        before = self._kept.pop(name, None)
        if before and now < before.until:
            kept.shared, kept.shared_until = before.shared, before.shared_until
            kept.is_news = before.is_news or (not is_measure and before.value != value)
        self._put(name, kept)

    def forget(self, key: K) -> None:
        """Knows nothing of the key any more."""
        self._kept.pop(self._name(key), None)

    def untold(self, *, everything: bool) -> list[Fact]:
        """What other processes are to be told: news, or `everything` that this one knows better."""
        now = self._clock()
        return [
            self._fact(str(name), kept, now)
            for name, kept in self._kept.items()
            if self._form and kept.is_due(now, everything=everything)
        ]

    def told(self, facts: Iterable[Fact]) -> None:
        """Others can read these facts from now on."""
        assert self._form
        for fact in facts:
            kept = self._kept.get(fact.key)
            if kept and self._form.to_json(kept.value) == fact.value:
                kept.is_news, kept.shared = False, json.dumps(fact.value)
                kept.shared_until = self._clock() + fact.seconds

    def take_over(self, facts: Mapping[str, Fact]) -> None:
        """Knows what other processes know, by the facts' keys, but keeps its own news.

        What this process has from them and they know no more is forgotten.
        """
        now = self._clock()
        for name, kept in list(self._kept.items()):
            if name not in facts and not kept.is_own:
                del self._kept[name]
        for name, fact in facts.items():
            self._take(name, fact, now + fact.seconds)

    def _take(self, name: str, fact: Fact, until: float) -> None:
        assert self._form
        known = self._kept.get(name)
        if known and (known.is_news or known.is_shared_as(fact, until)):
            return
        try:
            value = self._form.from_json(fact.value)
        except UNREADABLE:
            return
        written = json.dumps(fact.value)
        self._put(name, _Kept(value, until, self._seconds, shared=written, shared_until=until))

    def _put(self, name: Hashable, kept: _Kept[V]) -> None:
        self._kept[name] = kept
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _name(self, key: K) -> Hashable:
        return fact_key(self._form.kind, self._form.about(key)) if self._form else key

    def _fact(self, name: str, kept: _Kept[V], now: float) -> Fact:
        assert self._form
        value, (server, model, *_) = self._form.to_json(kept.value), kept.about
        return Fact(name, self._form.kind, server, model, value, kept.until - now)


SHARED: dict[str, Learnt[Any, Any]] = {}
"""All knowledge that processes share, by its kind."""


def of_service(service: Service) -> About:
    """Whom a fact about a service is about."""
    return server_of(service.base_url), service.model


def true_or_false(kind: str) -> Form[Service, bool]:
    """The form of an answer to one question about each service."""
    return Form(kind, of_service, bool, _as_bool)


def _as_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value
