"""Who has signed in, and the backend that is asked for them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g

from flask_frontend.console.calls import OperatorsBackend
from flask_frontend.console.tries import Tries

EXTENSION = "voice_agent_console"
ROLES = ("owner", "editor", "viewer")


@dataclass(frozen=True)
class Console:
    """What the console's views work with, one set an app."""

    backend: OperatorsBackend
    tries: Tries


@dataclass(frozen=True)
class Operator:
    """Who has signed in; `pass_` is what the backend knows them by."""

    pass_: str
    username: str
    role: str

    @property
    def is_owner(self) -> bool:
        """Whether they may do everything."""
        return self.role == "owner"

    @property
    def may_edit(self) -> bool:
        """Whether they may change agents."""
        return self.role in ("owner", "editor")


def console() -> Console:
    """Returns what the console of this app works with."""
    found: Console = current_app.extensions[EXTENSION]
    return found


def backend() -> OperatorsBackend:
    """Returns the backend, as operators ask it."""
    return console().backend


def operator() -> Operator:
    """Returns who has signed in; the guard lets nobody else as far as a view that asks."""
    found: Operator = g.operator
    return found
