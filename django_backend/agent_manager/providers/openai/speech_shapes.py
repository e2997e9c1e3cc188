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
    """One shape: its `response_format`, whether it names a voice and how fast that speaks.

    `works` says that it was ever answered with a voice.
    """

    response_format: str = FORMATS[0]
    names_voice: bool = True
    names_rate: bool = True
    works: bool = False

    def after(self, status: int, refusal: str, *, has_rate: bool = False) -> Shape | None:
        """The next shape to try after such a refusal; None when the shape is not the reason.

        `has_rate` says that a rate was asked for: where nothing says what was wrong, it goes first.
        """
        words = refusal.lower()
        is_told = "voice" in words or "format" in words
        is_untold = status in TELLING_STATUSES and not (is_told or self.works)
        if has_rate and self.names_rate and ("speed" in words or is_untold):
            return replace(self, names_rate=False, works=False)
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
            return Shape(names_voice=False, names_rate=False)
        return None


Server = tuple[str, str, str]
"""A server's address and model, and a voice: see `voice_at`."""


def voice_at(name: str, rate: float | None) -> str:
    """Returns a voice as what is known of it is told apart: its name, and how fast it speaks."""
    return name if rate is None else f"{name} at {rate:g}"


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
                names_rate=shape.names_rate,
            )


def _about(server: Server) -> About:
    base_url, model, voice = server
    return server_of(base_url), model, voice


def _as_shape(value: Any) -> Shape:
    if value["response_format"] not in FORMATS:
        raise ValueError
    names_rate = bool(value.get("names_rate", True))
    names_voice, works = bool(value["names_voice"]), bool(value["works"])
    return Shape(value["response_format"], names_voice, names_rate, works)
