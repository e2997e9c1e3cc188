"""The faults by their numbers. A fault is a coroutine that does it to a scene and looks at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .scene import Scene

Act = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """What is done, and how many people talk meanwhile, one more of them in a real browser.

    `has_page` is off where the fault brings its own browser or nobody talks, `is_deaf` on where
    words may go unheard over it, and `is_fresh` on where it needs a cluster of its own. With
    `has_limits` the cluster keeps the limits by address that the product has, which the others
    raise, because all their people come from one. With `is_recorded` what its people sounded like
    is looked at, too.
    """

    number: int
    name: str
    act: Act = field(repr=False)
    in_ci: bool = False
    people: int = 3
    seconds: float = 120.0
    has_page: bool = True
    is_deaf: bool = False
    is_fresh: bool = False
    has_limits: bool = False
    is_recorded: bool = False


FAULTS: dict[int, Fault] = {}


def fault(
    number: int,
    name: str,
    *,
    in_ci: bool = False,
    people: int = 3,
    seconds: float = 120.0,
    has_page: bool = True,
    is_deaf: bool = False,
    is_fresh: bool = False,
    has_limits: bool = False,
    is_recorded: bool = False,
) -> Callable[[Act], Act]:
    """Registers the coroutine function below as that fault."""

    def register(act: Act) -> Act:
        FAULTS[number] = Fault(
            *(number, name, act, in_ci, people, seconds),
            *(has_page, is_deaf, is_fresh, has_limits, is_recorded),
        )
        return act

    return register
