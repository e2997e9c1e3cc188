"""Sealing everything anew with the first of the keys, so that the others can be taken away."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.sealing import Column, Unreadable, columns, seal_anew

ROWS_AT_ONCE = 200


@dataclass
class Rotated:
    """How many texts were sealed anew, and which could not be read, as "model id"."""

    count: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate() -> Rotated:
    """Returns what became of all sealed texts; one that is written meanwhile keeps the newer."""
    done = Rotated()
    for column in columns():
        _rotate(column, done)
    return done


def _rotate(column: Column, done: Rotated) -> None:
    rows = column.model._default_manager.order_by("pk")
    for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
        if not (sealed := getattr(row, column.field)):
            continue
        try:
            anew = seal_anew(sealed, column.purpose_of(row))
        except Unreadable:
            done.unreadable.append(f"{column.model._meta.model_name} {row.pk}")
            continue
        same = column.model._default_manager.filter(pk=row.pk, **{column.field: sealed})
        done.count += same.update(**{column.field: anew})
