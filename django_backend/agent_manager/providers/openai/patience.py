"""How long a service may take until it has begun to answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from config.secret import Secret
from config.services import Service

from agent_manager.providers.learnt import Form, Learnt, of_service, true_or_false

USUAL_SECONDS = 6.0
"""What a service may take that has its model loaded, and what may pass between two bytes: with the
turn's own delay this stays under 8 s."""
SLOWER_THAN_LATELY = 2.0
"""By which factor a service that is always slow may be slower than it was lately."""
LATELY = 4
"""Of how many answers that is told."""
WARM_SECONDS = 240.0
"""For how long a model stays loaded that nobody asks; Ollama's own default is 5 minutes."""
MOST_SERVICES = 64
"""Of which a process knows something: agents may have servers of their own, and change them."""
DOUBT_SECONDS = 15.0
"""How long a service that was warm may stay silent before it counts as one that loads again."""


@dataclass(frozen=True)
class Warmth:
    """What lately's answers of a service took, in seconds.

    `was_loaded`: the first of them may have been for loading. `is_doubted`: it is silent by now.
    """

    took: tuple[float, ...]
    was_loaded: bool
    is_doubted: bool = False


class Patience:
    """What one service is given, by when it last answered; times in seconds of `clock`."""

    def __init__(
        self,
        first_byte: float,
        clock: Callable[[], float] = time.monotonic,
        known: tuple[Service, Learnt[Service, Warmth], Learnt[Service, bool]] | None = None,
    ) -> None:
        self.first_byte = first_byte
        unknown = Service("", Secret(""), "")
        own = (
            unknown,
            Learnt[Service, Warmth](0, clock=clock),
            Learnt[Service, bool](0, clock=clock),
        )
        self._service, self._warm, self._woken = known or own

    @property
    def is_warm(self) -> bool:
        """Whether its model is taken to be loaded."""
        return self._warm.get(self._service) is not None

    @property
    def seconds(self) -> float:
        """How long the next request may take to its first byte.

        The offline server reads another agent's instructions before its first word, on a few cores
        for longer than any answer took lately.
        """
        warmth = self._warm.get(self._service)
        if warmth is None or self._service.offline:
            return self.first_byte
        usual = max(USUAL_SECONDS, SLOWER_THAN_LATELY * max(warmth.took, default=0.0))
        return min(usual, self.first_byte)

    def answered(self, took: float) -> None:
        """A request has begun to be answered after so many seconds.

        The first of them may have been for loading: they count until there is another answer.
        """
        before = self._warm.get(self._service)
        lately = () if before is None or before.was_loaded else before.took
        found = Warmth((*lately, took)[-LATELY:], was_loaded=before is None)
        self._warm.keep(self._service, found, WARM_SECONDS, is_measure=True)

    def may_wake(self) -> bool:
        """Whether a request may have the model loaded; that is so once while it is cold."""
        may = not self.is_warm and not self._woken.get(self._service)
        if may:
            self._woken.keep(self._service, True, max(WARM_SECONDS, self.first_byte))
        return may

    def stayed_silent(self) -> None:
        """A request has had its time, and nothing came: soon the model counts as cold."""
        warmth = self._warm.get(self._service)
        if warmth is not None and not warmth.is_doubted:
            doubted = replace(warmth, is_doubted=True)
            self._warm.keep(self._service, doubted, DOUBT_SECONDS)


def _as_warmth(value: Any) -> Warmth:
    took = tuple(float(seconds) for seconds in value["took"])[-LATELY:]
    return Warmth(took, bool(value["was_loaded"]), bool(value["is_doubted"]))


_warm: Learnt[Service, Warmth] = Learnt(
    WARM_SECONDS, form=Form("warm", of_service, asdict, _as_warmth)
)
_woken: Learnt[Service, bool] = Learnt(WARM_SECONDS, form=true_or_false("woken"))


@lru_cache(MOST_SERVICES)
def patience_with(service: Service) -> Patience:
    """Returns the one that all sessions of the process share."""
    return Patience(service.first_byte, known=(service, _warm, _woken))
