"""When the search for words is over: not while what goes on is likelier than what has ended."""

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from numpy.typing import NDArray

from local_ai.ears.moonshine import _END, _Search

WORD, OTHERS = 5, range(6, 12)


def step(search: _Search, end: float, word: float) -> list[int]:
    """What comes of a next token: the sentence's end, one word, and several that nobody said."""
    logprobs: NDArray[np.float64] = np.full((len(search.live), 16), -20.0)
    logprobs[:, [_END, WORD, *OTHERS]] = [end, word, *(-9.0 - n for n in range(len(OTHERS)))]
    return search.step(logprobs)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_second_sentence_is_not_lost_to_unlikely_ends_of_the_first(width: int) -> None:
    search = _Search(width)
    for _ in range(20):
        assert step(search, end=-6.0, word=-0.01)
    assert not step(search, end=-0.01, word=-6.0)
    assert search.best().tokens == (*[WORD] * 20, _END)
