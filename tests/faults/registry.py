"""The faults by their numbers. A fault is a coroutine that does it to a scene and looks at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .scene import Scene

Act = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """What is done, and how many people talk meanwhile."""

    number: int
    name: str
    act: Act = field(repr=False)
    in_ci: bool = False
    people: int = 4
    seconds: float = 120.0


FAULTS: dict[int, Fault] = {}


def fault(
    number: int,
    name: str,
    *,
    in_ci: bool = False,
    people: int = 4,
    seconds: float = 120.0,
) -> Callable[[Act], Act]:
    """Registers the coroutine function below as that fault."""

    def register(act: Act) -> Act:
        FAULTS[number] = Fault(number, name, act, in_ci, people, seconds)
        return act

    return register
