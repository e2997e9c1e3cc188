"""Which shape of a request for speech a server takes: found out by its refusals, and remembered."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import structlog

log = structlog.get_logger(__name__)

FORMATS = ("pcm", "wav", "mp3", "")
"""What is asked for, best first; the last one leaves the choice to the server."""
MOST_SERVERS = 64
TELLING_STATUSES = frozenset({400, 415, 422})
"""Statuses of a request that was not understood, also when the body does not say what was wrong."""


@dataclass(frozen=True)
class Shape:
    """One shape: its `response_format`, whether it names a voice, and whether it ever worked."""

    response_format: str = FORMATS[0]
    names_voice: bool = True
    works: bool = False

    def after(self, status: int, refusal: str) -> Shape | None:
        """The next shape to try after such a refusal; None when the shape is not the reason."""
        words = refusal.lower()
        if "voice" in words and self.names_voice:
            return replace(self, names_voice=False, works=False)
        if "format" in words or (status in TELLING_STATUSES and not self.works):
            return self._next_format(is_named="format" in words)
        return None

    def _next_format(self, *, is_named: bool) -> Shape | None:
        place = FORMATS.index(self.response_format) + 1
        if place < len(FORMATS):
            return replace(self, response_format=FORMATS[place], works=False)
        if self.names_voice and not is_named:
            return Shape(names_voice=False)
        return None


class Shapes:
    """The shape that each server is known to take, for as many servers as were used last."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, str], Shape] = OrderedDict()

    def of(self, server: tuple[str, str, str]) -> Shape:
        """The shape to begin with, by the server's address, model and voice."""
        return self._known.get(server, Shape())

    def worked(self, server: tuple[str, str, str], shape: Shape) -> None:
        """Remembers a shape that was answered with a voice; tells once when it is not the usual."""
        proven = replace(shape, works=True)
        if self._known.get(server) == proven:
            return
        self._known[server] = proven
        self._known.move_to_end(server)
        while len(self._known) > MOST_SERVERS:
            self._known.popitem(last=False)
        if proven != Shape(works=True):
            log.warning(
                "speech_asked_otherwise",
                response_format=shape.response_format or "the server's own",
                names_voice=shape.names_voice,
            )
