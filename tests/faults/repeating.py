"""What is done again: what failed on nothing but how long something took, when all else is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .run import Outcome

LATE_FAULTS = 2


async def late_ones_again(
    outcomes: dict[int, Outcome],
    do: Callable[[int], Awaitable[Outcome]],
    has_time: Callable[[], bool],
) -> None:
    """Puts new outcomes in the place of late ones: what kept the machine busy may be over now."""
    late = [number for number, outcome in outcomes.items() if outcome.was_only_late]
    for number in late[:LATE_FAULTS]:
        if has_time():
            print(f"{number} failed on time alone: once more", flush=True)
            outcomes[number] = await do(number)
            outcomes[number].is_second_try = True
