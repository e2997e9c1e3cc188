"""Values that nobody may read in a report."""

from __future__ import annotations


class Secret(str):
    """A string whose repr does not show it: reports, dataclasses and pprint print that."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[secret]'" if self else "''"
