"""Words so far that stand still while the voice falls: likely the last ones of what was said."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from statistics import median

from livekit.agents.tokenize.basic import split_words

from agent_manager.providers.recognition.look import TURN_SECONDS

LEAST_STILL_SECONDS = 0.15
STILL_SHARE = 1.5
"""Words stand still when they are older than both: the seconds, and so many times the pace."""
ONE_CHANGE_SECONDS = 0.05
"""Changes that follow each other sooner are one change, of a recogniser that gives words by lots.
"""
PACE_NEEDS, PACE_OF = 3, 16
"""Of how many changes a recogniser's pace is taken, at least and at most."""
MOST_WRONG_IN_A_ROW = 2


class Pace:
    """How many seconds a recogniser's words stand still while somebody speaks.

    One that gives its words after the voice has ended has no pace: its settled words follow anyway.
    """

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=PACE_OF)
        self._changed_at: float | None = None

    def changed(self, at: float) -> None:
        """Words changed while somebody speaks, at so many seconds of any clock."""
        before, self._changed_at = self._changed_at, at
        if before is not None and at - before >= ONE_CHANGE_SECONDS:
            self._gaps.append(at - before)

    def pauses(self) -> None:
        """What comes next is no measure of the pace."""
        self._changed_at = None

    @property
    def still_seconds(self) -> float | None:
        """How long words have to stand still to be the last ones, None while it is not known."""
        if len(self._gaps) < PACE_NEEDS:
            return None
        return max(LEAST_STILL_SECONDS, STILL_SHARE * median(self._gaps))


class Verdicts:
    """Whether to guess, by what became of the guesses before.

    A turn has at most one guess in vain, and after two wrong ones in a row there are no more.
    """

    def __init__(self) -> None:
        self._wrong_in_a_row = 0
        self._turn_had_one = False

    @property
    def may_guess(self) -> bool:
        """Whether a guess is worth it now."""
        return not self._turn_had_one and self._wrong_in_a_row < MOST_WRONG_IN_A_ROW

    def new_turn(self) -> None:
        """What is said from now on is another turn."""
        self._turn_had_one = False

    def right(self) -> None:
        """The words settled as they were guessed on."""
        self._wrong_in_a_row = 0

    def wrong(self) -> None:
        """They settled as other words, or as none."""
        self._wrong_in_a_row += 1
        self._turn_had_one = True

    def too_early(self) -> None:
        """The person spoke on before the words settled, whatever they are."""
        self._turn_had_one = True


class StandingWords:
    """Hands words so far to `guess` when they stand still and the voice has fallen.

    `withdraw` is called when a guess turned out to be wrong before settled words say so.
    """

    def __init__(self, guess: Callable[[str], None], withdraw: Callable[[], None]) -> None:
        self._guess = guess
        self._withdraw = withdraw
        self._pace = Pace()
        self._verdicts = Verdicts()
        self._words = ""
        self._guessed = ""
        self._changed_at = self._ended_at = 0.0
        self._is_spoken = self._has_fallen = False
        self._timer: asyncio.TimerHandle | None = None

    def began(self) -> None:
        """Somebody begins to speak."""
        if self._now - self._ended_at >= TURN_SECONDS:
            self._verdicts.new_turn()
        self._is_spoken = True
        self.rises()

    def falls(self) -> None:
        """The voice seems to fall silent."""
        self._has_fallen = True
        self._pace.pauses()
        self._plan()

    def rises(self) -> None:
        """The voice goes on."""
        if self._guessed:
            self._verdicts.too_early()
        self._has_fallen = False
        self._plan()

    def ended(self) -> None:
        """The voice has fallen silent."""
        self._is_spoken = False
        self._ended_at = self._now
        self.falls()

    def words(self, words: str) -> None:
        """These are the words so far, "" when there are none that can be guessed on."""
        if words == self._words:
            return
        self._words, self._changed_at = words, self._now
        if self._is_spoken and not self._has_fallen:
            self._pace.changed(self._changed_at)
        if self._guessed and not same_words(self._guessed, words):
            self.nothing_said()
        self._plan()

    def settled(self, words: str) -> None:
        """What was said is settled: these are its words."""
        guessed, self._guessed = self._guessed, ""
        if guessed and same_words(guessed, words):
            self._verdicts.right()
        elif guessed:
            self._verdicts.wrong()
        self._forget()

    def nothing_said(self) -> None:
        """There were no words in it, or other ones than those that were guessed on."""
        if self._guessed:
            self._guessed = ""
            self._verdicts.wrong()
            self._withdraw()
        self._forget()

    def aclose(self) -> None:
        """Guesses nothing any more."""
        self._forget()

    def _forget(self) -> None:
        self._words = ""
        self._pace.pauses()
        self._plan()

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        still = self._pace.still_seconds
        is_open = bool(self._words) and not self._guessed and self._has_fallen
        if is_open and still is not None and self._verdicts.may_guess:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._changed_at + still, self._stand)

    def _stand(self) -> None:
        self._timer = None
        self._guessed = self._words
        self._guess(self._words)

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def same_words(first: str, second: str) -> bool:
    """Whether both have words, which differ at most in case, punctuation and white space."""
    return bool(_words(first)) and _words(first) == _words(second)


def _words(text: str) -> list[str]:
    """The words as livekit-agents compares them."""
    found = split_words(text, ignore_punctuation=True, split_character=True)
    return [word.casefold() for word, _, _ in found]
