"""What listens to a session of livekit-agents, and how several listen to it in one order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from livekit.agents.voice import AgentSession

Handler = Callable[[Any], None]


class Listener(Protocol):
    """Looks at events of a session of livekit-agents."""

    def handlers(self) -> Mapping[str, Handler]:
        """Returns what is called with each event of livekit-agents, by the event's name.

        Handlers only look and emit: livekit-agents calls them directly and swallows what they
        raise.
        """


class InOrder:
    """Connects listeners so that each event reaches them in the order in which they are given.

    livekit-agents keeps the handlers of an event in a set, which has none.
    """

    def __init__(self, voice: AgentSession, listeners: Sequence[Listener]) -> None:
        self._voice = voice
        self._by_event: dict[str, list[Handler]] = {}
        for listener in listeners:
            for event, handler in listener.handlers().items():
                self._by_event.setdefault(event, []).append(handler)
        self._connected: dict[str, Handler] = {}

    def connect(self) -> None:
        """Begins to pass events on."""
        for event, handlers in self._by_event.items():
            self._connected[event] = handler = partial(_call_each, handlers)
            self._voice.on(event, handler)  # type: ignore[arg-type]

    def disconnect(self) -> None:
        """Passes nothing on any more."""
        for event, handler in self._connected.items():
            self._voice.off(event, handler)  # type: ignore[arg-type]
        self._connected.clear()


def _call_each(handlers: Sequence[Handler], event: Any) -> None:
    for handler in handlers:
        handler(event)
