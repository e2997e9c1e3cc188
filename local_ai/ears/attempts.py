"""Hearing once more, a little slower, louder or later, what Moonshine was not sure of.

A small change of the sound changes single words of what is unclear, and of several attempts the
likeliest is right more often than the first. Half of all spoken sentences need one attempt alone.
What is no words at the first attempt, as noise is, stays none.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np

from local_ai.audio import Samples
from local_ai.ears.moonshine import SAMPLE_RATE, Abandoned, Heard, Moonshine
from local_ai.ears.readable import believable

_SURE = -0.1
"""The mean natural logarithm of a token's probability from which on the words are believed."""
_MOST_SECONDS = 20
"""How many seconds of sound all attempts may take together: a long one is not repeated."""
_LOUD = np.float32(0.9)

IsWanted = Callable[[float], bool]
"""Whether one more attempt is wanted: asked with 1 before it, and with 0 before each token of it.

The number is how much of the attempt is still to be done at least.
"""


@dataclass(frozen=True)
class _Attempt:
    """What is heard: the sound at this speed, at full level or as it was, after some silence."""

    speed: float
    louder: bool
    seconds_before: float

    def hear(self, model: Moonshine, samples: Samples, is_wanted: IsWanted) -> Heard:
        if self.louder:
            samples = samples * (_LOUD / max(np.float32(1e-6), np.abs(samples).max()))
        at = np.arange(int(len(samples) / self.speed)) * self.speed
        changed = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
        goes_on = partial(is_wanted, 0.0)
        return model.hear(changed, before=self.seconds_before, goes_on=goes_on)


_MORE = (
    _Attempt(1.0, louder=False, seconds_before=0.15),
    _Attempt(0.86, louder=True, seconds_before=0.1),
    _Attempt(0.9, louder=True, seconds_before=0.1),
)


def hear_surely(model: Moonshine, samples: Samples) -> Heard:
    """The likeliest words of at most four attempts at mono samples in ±1 at 16 kHz."""
    return surer(model, samples, model.hear(samples), lambda _: True)


def surer(model: Moonshine, samples: Samples, first: Heard, is_wanted: IsWanted) -> Heard:
    """The likeliest of the first attempt at the samples and of at most three more that are wanted.

    An attempt that is no longer wanted ends at once and does not count.
    """
    found = [first]
    with suppress(Abandoned):
        for heard in _more(model, samples, first, is_wanted):
            found.append(heard)
    return max(found, key=lambda each: (_has_words(each), each.logprob))


def _has_words(heard: Heard) -> bool:
    return bool(believable(heard.text, heard.logprob))


def _more(model: Moonshine, samples: Samples, heard: Heard, is_wanted: IsWanted) -> Iterator[Heard]:
    seconds = len(samples) / SAMPLE_RATE
    for count, attempt in enumerate(_MORE, start=2):
        if heard.logprob > _SURE or not _has_words(heard) or count * seconds > _MOST_SECONDS:
            return
        if not is_wanted(1.0):
            return
        heard = attempt.hear(model, samples, is_wanted)
        yield heard
