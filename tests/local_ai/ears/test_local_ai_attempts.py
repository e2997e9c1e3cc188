"""What is unclear is heard again; what is clear, long or no words is not."""

from collections.abc import Callable

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from local_ai.audio import Samples
from local_ai.ears.attempts import hear_surely, surer
from local_ai.ears.moonshine import SAMPLE_RATE, Abandoned, Heard, Moonshine

UNCLEAR = Heard("I would like to wreck a nice beach.", -0.4)
RIGHT = Heard("I would like to recognise speech.", -0.15)
WORSE = Heard("I wood like to.", -0.6)


class Ears(Moonshine):
    """Gives one answer after the other, three tokens each, and keeps what it heard."""

    def __init__(self, *answers: Heard) -> None:
        self.answers = iter(answers)
        self.sounds: list[Samples] = []

    def hear(
        self,
        samples: Samples,
        width: int = 4,
        before: float = 0.3,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> Heard:
        self.sounds.append(samples)
        if not all(goes_on() for _ in range(3)):
            raise Abandoned
        return next(self.answers)


def sound(seconds: float) -> Samples:
    return np.full(int(seconds * SAMPLE_RATE), 0.2, np.float32)


def test_the_likeliest_of_four_attempts_counts() -> None:
    ears = Ears(UNCLEAR, WORSE, RIGHT, WORSE)
    assert hear_surely(ears, sound(2)) == RIGHT
    assert [len(each) / SAMPLE_RATE for each in ears.sounds] == pytest.approx(
        [2, 2, 2.33, 2.22], abs=0.01
    )
    assert [float(each.max()) for each in ears.sounds] == pytest.approx([0.2, 0.2, 0.9, 0.9])


def test_words_are_kept_where_a_later_attempt_has_none() -> None:
    assert hear_surely(Ears(UNCLEAR, Heard("You", -0.05)), sound(2)) == UNCLEAR


def test_the_first_that_is_sure_is_the_last() -> None:
    sure = Heard("Yes, please.", -0.05)
    assert hear_surely(Ears(sure), sound(2)) == sure
    assert hear_surely(Ears(UNCLEAR, sure), sound(2)) == sure


@pytest.mark.parametrize("first", [Heard("You", -0.6), Heard("", 0.0), Heard("No way", -1.4)])
def test_what_is_no_words_is_not_heard_again(first: Heard) -> None:
    assert hear_surely(Ears(first), sound(2)) == first


@pytest.mark.parametrize(("seconds", "attempts"), [(9.0, 2), (11.0, 1), (4.0, 4)])
def test_long_sound_is_not_repeated_for_long(seconds: float, attempts: int) -> None:
    ears = Ears(*[UNCLEAR] * attempts)
    assert hear_surely(ears, sound(seconds)) == UNCLEAR
    assert len(ears.sounds) == attempts


@pytest.mark.parametrize(
    ("asked", "attempts", "found"),
    [([], 0, UNCLEAR), ([1], 1, UNCLEAR), ([1, 0, 0, 0, 1, 0], 2, RIGHT), ([1, 0, 0, 0], 1, RIGHT)],
)
def test_attempts_end_when_they_are_no_longer_wanted(
    asked: list[float], attempts: int, found: Heard
) -> None:
    ears, left = Ears(RIGHT, WORSE, WORSE), list(asked)
    heard = surer(ears, sound(2), UNCLEAR, lambda share: bool(left) and left.pop(0) == share)
    assert (heard, len(ears.sounds)) == (found, attempts)
