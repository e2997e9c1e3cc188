"""All faults. Importing their modules registers them."""

from __future__ import annotations

from faults.acts import (
    of_agents,
    of_backends,
    of_floods,
    of_leaks,
    of_models,
    of_pages,
    of_requests,
    of_rooms,
    of_services,
    of_sockets,
    of_strangers,
)

from .registry import FAULTS, Fault

__all__ = [
    "of_agents",
    "of_backends",
    "of_floods",
    "of_leaks",
    "of_models",
    "of_pages",
    "of_requests",
    "of_rooms",
    "of_services",
    "of_sockets",
    "of_strangers",
]


def numbers(*, only_ci: bool = False) -> list[int]:
    """All numbers, or those of the faults that every change is tried with."""
    return sorted(number for number, one in FAULTS.items() if one.in_ci or not only_ci)


def in_running_order(wanted: list[int]) -> list[Fault]:
    """These faults, by number."""
    unknown = sorted(set(wanted) - set(FAULTS))
    if unknown:
        raise SystemExit(f"No such fault: {unknown}. There are {numbers()}.")
    return [FAULTS[number] for number in sorted(wanted)]
