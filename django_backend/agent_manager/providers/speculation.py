"""Whether replies are begun before it is sure that a person has finished: where that helps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

import structlog
from config.services import Service

from agent_manager.providers.learnt import Learnt
from agent_manager.providers.openai.transcriptions import host_of

log = structlog.get_logger(__name__)

STOPS_SECONDS = 600.0
"""For so long nobody guesses at a server where guesses queue."""
KNOWN_SECONDS = 3600.0
WAITED_SECONDS, WAITED_SHARE = 0.3, 0.5
"""A first word that is later than usual by both had to wait for a request before it."""
WAITS_IN_A_ROW = 2


@dataclass
class _FirstWords:
    """Seconds to the first word of replies: of those asked for alone, and after a dropped guess."""

    alone: deque[float] = field(default_factory=lambda: deque(maxlen=8))
    after_guess: deque[float] = field(default_factory=lambda: deque(maxlen=WAITS_IN_A_ROW))

    def wait(self) -> bool:
        """Whether replies after a dropped guess came late each time."""
        if not self.alone or len(self.after_guess) < WAITS_IN_A_ROW:
            return False
        usual = median(self.alone)
        late = usual + max(WAITED_SECONDS, WAITED_SHARE * usual)
        return all(seconds > late for seconds in self.after_guess)


_queues: Learnt[Service, bool] = Learnt(STOPS_SECONDS)
_first_words: Learnt[Service, _FirstWords] = Learnt(KNOWN_SECONDS)


class Speculation:
    """Tells a session whether to guess at its language server, and learns from its replies.

    A server that answers one request after the other, and goes on with what nobody waits for any
    more, makes the reply late that comes after a dropped guess. Every session of the process knows
    it then, for ten minutes.
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
        known = _first_words.get(self._service)
        if known is None:
            known = _FirstWords()
            _first_words.keep(self._service, known)
        (known.after_guess if guesses_before else known.alone).append(seconds)
        if known.wait():
            known.after_guess.clear()
            _queues.keep(self._service, True)
            log.info("speculation_stops", host=host_of(self._service), seconds=STOPS_SECONDS)
