"""One session in which a service takes up one habit after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fakes.openai_api.state import Kind, State


@contextmanager
def under(api: State, kind: Kind, habit: str, times: int | None = None) -> Iterator[None]:
    """The service has the habit for the block; what fails in there names the habit."""
    api.set_habit(kind, habit, times)
    try:
        yield
    except BaseException as error:
        error.add_note(f"while {kind} has the habit {habit}")
        raise
    finally:
        api.set_habit(kind, "")


@contextmanager
def briefly(api: State, seconds: float = 0.4) -> Iterator[None]:
    """Whatever is said in the block takes so long: what it sounds like counts for nothing there."""
    api.tone_seconds = seconds
    try:
        yield
    finally:
        api.tone_seconds = 0.0
