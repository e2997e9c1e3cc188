"""Words that a streaming server hears while somebody still speaks."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable

from .state import State

WINDOW_SECONDS = 0.02
"""Of sound, after which a server looks anew whether somebody speaks."""


class LiveWords:
    """One utterance that is still spoken: a word each `delays.stt_interim`, then the whole text.

    The words are those of the transcript, again and again, as many as the speech is long. `send`
    gets each with the blank before it. While `is_loud` says that nobody speaks there is no word.
    """

    def __init__(
        self,
        state: State,
        send: Callable[[str], Awaitable[None]],
        is_loud: Callable[[], bool] = lambda: True,
    ) -> None:
        self._is_loud = is_loud
        self._delays = state.delays
        self._send = send
        self._words = itertools.cycle(state.next_transcript().rstrip(".?!").lower().split())
        self._heard: list[str] = []
        self._begun = self._ended = time.monotonic()
        self._task = asyncio.create_task(self._hear())

    @property
    def seconds(self) -> float:
        """How long the speech lasted."""
        return self._ended - self._begun

    def speech_ended(self, at: float) -> None:
        """The last sound was at that moment of the monotonic clock."""
        self._ended = max(at, self._begun)
        self._task.cancel()

    async def settled(self) -> str:
        """Returns the text as a sentence, `delays.stt` after the end of speech."""
        await self.aclose()
        await asyncio.sleep(self._ended + self._delays.stt - time.monotonic())
        return " ".join(self._heard).capitalize() + "."

    async def aclose(self) -> None:
        """Hears no more words."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _hear(self) -> None:
        while True:
            if not self._is_loud():
                await asyncio.sleep(WINDOW_SECONDS)
                continue
            word = next(self._words)
            delta = f" {word}" if self._heard else word
            self._heard.append(word)
            await self._send(delta)
            await asyncio.sleep(self._delays.stt_interim)
