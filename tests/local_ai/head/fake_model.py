"""The language model's process as the server sees it, without a process or a model."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from local_ai.wire import Message

Script = Callable[["FakeChild", int, dict[str, Any]], None]


class FakeChild:
    """Stands in for `Child`: loads at once, and answers each question as `script` says.

    `asked` are the requests so far, `cancelled` the channels that were to stop.
    """

    script: Script
    loads = True

    def __init__(
        self,
        module: str,
        *,
        on_message: Callable[[Message], None],
        on_ready: Callable[[], None],
        on_exit: Callable[[], None],
    ) -> None:
        self._on_message, self._on_ready, self._on_exit = on_message, on_ready, on_exit
        self.ready = self.is_closed = False
        self.asked: list[dict[str, Any]] = []
        self.cancelled: list[int] = []
        self.loaded: list[dict[str, Any]] = []

    async def start(self) -> None:
        self.ready = True
        self._on_ready()

    async def close(self) -> None:
        self.ready, self.is_closed = False, True

    def send(self, kind: str, channel: int = 0, body: bytes = b"") -> None:
        if kind == "L":
            self.loaded.append(json.loads(body))
            self._on_message(Message("U" if self.loads else "N"))
        elif kind == "Q":
            self.asked.append(json.loads(body))
            type(self).script(self, channel, self.asked[-1])
        elif kind == "C":
            self.cancelled.append(channel)
            self.done(channel)

    def chunk(self, channel: int, chunk: dict[str, Any]) -> None:
        """One piece of an answer, as llama.cpp's server has it."""
        self._on_message(Message("T", channel, json.dumps(chunk).encode()))

    def word(self, channel: int, text: str) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
        self.chunk(channel, {"choices": [choice]})

    def done(self, channel: int) -> None:
        self._on_message(Message("D", channel))

    def die(self) -> None:
        """End as a process does that is killed; another one takes its place."""
        self.ready = False
        self._on_exit()
        asyncio.get_running_loop().call_later(0.01, self._come_back)

    def _come_back(self) -> None:
        if not self.is_closed:
            self.ready = True
            self._on_ready()


def says(*words: str) -> Script:
    """A model that always says these words."""

    def script(child: FakeChild, channel: int, request: dict[str, Any]) -> None:
        for word in words:
            child.word(channel, word)
        usage = {"prompt_tokens": 40, "completion_tokens": len(words)}
        child.chunk(channel, {"choices": [], "usage": usage})
        child.done(channel)

    return script


def dies(child: FakeChild, channel: int, request: dict[str, Any]) -> None:
    """A model that ends in the middle of a sentence."""
    child.word(channel, "Once upon")
    child.die()


def waits(child: FakeChild, channel: int, request: dict[str, Any]) -> None:
    """A model that never gets further than its first word."""
    child.word(channel, "Well,")
