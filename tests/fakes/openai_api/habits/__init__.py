"""How servers that speak OpenAI's API differ from OpenAI: each habit answers one request its way.

A habit is a function of the endpoint's own answer and the request. It may pass that answer on,
change it, or give another. Tests switch them on by name: `api.set_habit("llm", "reasoning_only")`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from ..state import Kind, Request
from . import every, llm, seats, stt, tts

Habit = Callable[[HttpRequest, Request, Callable[[], Response]], Awaitable[Response]]
"""Gets the request as it came, what the stand-in read of it, and what makes the usual answer."""

HABITS: Mapping[Kind, Mapping[str, Habit]] = {
    "stt": {**every.of("stt"), **stt.HABITS},
    "llm": {**every.of("llm"), **llm.HABITS, "one_seat": seats.one_seat},
    "tts": {**every.of("tts"), **tts.HABITS},
}
