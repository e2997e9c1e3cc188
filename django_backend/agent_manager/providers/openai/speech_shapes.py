"""Which shape of a request for speech a server takes: found out by its refusals, and remembered."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog
from common.facts import About, server_of

from agent_manager.providers.learnt import Form, Learnt

log = structlog.get_logger(__name__)

FORMATS = ("pcm", "wav", "mp3", "")
"""What is asked for, best first; the last one leaves the choice to the server."""
KNOWN_SECONDS = 3600.0
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


Server = tuple[str, str, str]
"""A server's address, model and voice."""


class Shapes:
    """The shape that each server is known to take, for an hour."""

    def __init__(self) -> None:
        form = Form("tts_shape", _about, asdict, _as_shape)
        self._known: Learnt[Server, Shape] = Learnt(KNOWN_SECONDS, form=form)

    def of(self, server: Server) -> Shape:
        """The shape to begin with."""
        return self._known.get(server) or Shape()

    def worked(self, server: Server, shape: Shape) -> None:
        """Remembers a shape that was answered with a voice; tells once when it is not the usual."""
        proven = replace(shape, works=True)
        if self._known.get(server) == proven:
            return
        self._known.keep(server, proven)
        if proven != Shape(works=True):
            log.warning(
                "speech_asked_otherwise",
                response_format=shape.response_format or "the server's own",
                names_voice=shape.names_voice,
            )


def _about(server: Server) -> About:
    base_url, model, voice = server
    return server_of(base_url), model, voice


def _as_shape(value: Any) -> Shape:
    if value["response_format"] not in FORMATS:
        raise ValueError
    return Shape(value["response_format"], bool(value["names_voice"]), bool(value["works"]))
