"""Questions that come while nobody is free are answered together, each with its own answer."""

from __future__ import annotations

import asyncio

import pytest
from common.together import Together


class Oracle:
    """Doubles numbers once its gate is open; it knows no negative one, and fails at zero."""

    def __init__(self) -> None:
        self.gate, self.asked = asyncio.Event(), asyncio.Event()
        self.goes: list[list[int]] = []

    async def __call__(self, numbers: list[int]) -> list[int | Exception]:
        self.goes.append(numbers)
        self.asked.set()
        await self.gate.wait()
        if 0 in numbers:
            raise ZeroDivisionError
        return [2 * number if number > 0 else ValueError() for number in numbers]


async def test_what_is_asked_meanwhile_is_answered_in_one_go() -> None:
    oracle = Oracle()
    together = Together(oracle, most=3, at_once=1)
    first = asyncio.create_task(together.ask(1))
    await oracle.asked.wait()
    others = [asyncio.create_task(together.ask(number)) for number in range(2, 7)]
    await asyncio.sleep(0)
    oracle.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10, 12]
    assert oracle.goes == [[1], [2, 3, 4], [5, 6]]


async def test_a_question_without_an_answer_leaves_the_others_theirs() -> None:
    oracle = Oracle()
    oracle.gate.set()
    together = Together(oracle, most=9, at_once=1)
    found = await asyncio.gather(*map(together.ask, (1, -1, 3)), return_exceptions=True)
    assert (found[0], type(found[1]), found[2]) == (2, ValueError, 6)


async def test_a_go_that_fails_does_not_end_the_next_one() -> None:
    oracle = Oracle()
    oracle.gate.set()
    together = Together(oracle, most=9, at_once=1)
    with pytest.raises(ZeroDivisionError):
        await together.ask(0)
    assert await together.ask(2) == 4


async def test_who_no_longer_waits_is_not_asked_for() -> None:
    oracle = Oracle()
    together = Together(oracle, most=9, at_once=1)
    first, gone, last = (asyncio.create_task(together.ask(number)) for number in (1, 2, 3))
    await oracle.asked.wait()
    second = asyncio.create_task(together.ask(4))
    third = asyncio.create_task(together.ask(5))
    await asyncio.sleep(0)
    second.cancel()
    gone.cancel()
    oracle.gate.set()
    assert [await first, await last, await third] == [2, 6, 10]
    assert oracle.goes == [[1, 2, 3], [5]]
