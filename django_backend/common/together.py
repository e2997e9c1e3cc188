"""Questions of many that are answered together, such as by one query for all of them."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
Answers = Callable[[list[Q]], Awaitable[Sequence[A | Exception]]]


class Together(Generic[Q, A]):
    """Answers at most `most` questions in one go and `at_once` goes beside each other.

    What is asked while no go is free waits for the next one. The answers come in the order of
    their questions; an exception among them is raised where its question was asked.
    """

    def __init__(self, answers: Answers[Q, A], *, most: int, at_once: int) -> None:
        self._answers = answers
        self._most = most
        self._at_once = at_once
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._going: list[asyncio.Task[None]] = []

    async def ask(self, question: Q) -> A:
        """Returns the answer; raises what its go raised, or what is said instead of an answer."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        self._going = [task for task in self._going if not _is_past(task)]
        if len(self._going) < self._at_once:
            self._going.append(asyncio.create_task(self._go(), context=contextvars.Context()))
        return await answer

    async def _go(self) -> None:
        await asyncio.sleep(0)  # others that were woken by the same message ask meanwhile
        while self._waiting:
            taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            wanted = [(question, answer) for question, answer in taken if not answer.done()]
            try:
                if wanted:
                    await self._settle(wanted)
            finally:
                for _, answer in wanted:
                    answer.cancel()

    async def _settle(self, asked: list[tuple[Q, asyncio.Future[A]]]) -> None:
        said: Sequence[A | Exception]
        try:
            said = await self._answers([question for question, _ in asked])
        except Exception as error:
            said = [error] * len(asked)
        for (_, answer), what in zip(asked, said, strict=True):
            if answer.done():
                continue
            if isinstance(what, Exception):
                answer.set_exception(what)
            else:
                answer.set_result(what)


def _is_past(task: asyncio.Task[None]) -> bool:
    """Returns whether it is done, or its loop is not ours and so has ended."""
    return task.done() or task.get_loop() is not asyncio.get_running_loop()
