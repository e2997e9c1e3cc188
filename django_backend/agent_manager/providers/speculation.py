"""Whether replies are begun before it is sure that a person has finished: where that helps."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

import structlog
from config.services import Service

from agent_manager.providers.learnt import Form, Learnt, of_service, true_or_false
from agent_manager.providers.openai.transcriptions import host_of

log = structlog.get_logger(__name__)

STOPS_SECONDS = 600.0
"""For so long nobody guesses at a server where guesses queue."""
KNOWN_SECONDS = 3600.0
WAITED_SECONDS, WAITED_SHARE = 0.3, 0.5
"""A first word that is later than usual by both had to wait for a request before it."""
WAITS_IN_A_ROW = 2
USUAL_OF = 8
"""Of how many replies the usual time is taken."""


@dataclass(frozen=True)
class _FirstWords:
    """Seconds to the first word of replies: of those asked for alone, and after a dropped guess."""

    alone: tuple[float, ...] = ()
    after_guess: tuple[float, ...] = ()

    def one_more(self, seconds: float, *, guesses_before: int) -> _FirstWords:
        """These with the first word of another reply."""
        if guesses_before:
            latest = (*self.after_guess, seconds)[-WAITS_IN_A_ROW:]
            return replace(self, after_guess=latest)
        return replace(self, alone=(*self.alone, seconds)[-USUAL_OF:])

    def wait(self) -> bool:
        """Whether replies after a dropped guess came late each time."""
        if not self.alone or len(self.after_guess) < WAITS_IN_A_ROW:
            return False
        usual = median(self.alone)
        late = usual + max(WAITED_SECONDS, WAITED_SHARE * usual)
        return all(seconds > late for seconds in self.after_guess)


def _as_json(words: _FirstWords) -> dict[str, Any]:
    return {name: list(seconds) for name, seconds in asdict(words).items()}


def _as_first_words(value: Any) -> _FirstWords:
    alone, after_guess = (tuple(map(float, value[name])) for name in ("alone", "after_guess"))
    return _FirstWords(alone[-USUAL_OF:], after_guess[-WAITS_IN_A_ROW:])


_queues: Learnt[Service, bool] = Learnt(STOPS_SECONDS, form=true_or_false("llm_queues"))
_first_words: Learnt[Service, _FirstWords] = Learnt(
    KNOWN_SECONDS, form=Form("llm_first_words", of_service, _as_json, _as_first_words)
)


class Speculation:
    """Tells a session whether to guess at its language server, and learns from its replies.

    A server that answers one request after the other, and goes on with what nobody waits for any
    more, makes the reply late that comes after a dropped guess. Every session knows it then, for
    ten minutes.
    """

    def __init__(self, service: Service, *, allowed: bool) -> None:
        self._service = service
        self._allowed = allowed

    @property
    def is_on(self) -> bool:
        """Whether a reply may be begun before the person's turn is over."""
        return self._allowed and not _queues.get(self._service)

    def first_word_after(self, seconds: float, *, guesses_before: int) -> None:
        """A reply's first word came so late, after so many dropped guesses of the same turn."""
        known = _first_words.get(self._service) or _FirstWords()
        known = known.one_more(seconds, guesses_before=guesses_before)
        waits = known.wait()
        known = replace(known, after_guess=()) if waits else known
        _first_words.keep(self._service, known, is_measure=True)
        if waits:
            _queues.keep(self._service, True)
            log.info("speculation_stops", host=host_of(self._service), seconds=STOPS_SECONDS)
