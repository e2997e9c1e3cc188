"""The tables of the index: made by a migration, in the database's own full-text search.

A line's row is named by its place: the number of its session's SearchPlace, which grows, and the
line's `seq`. So the newest lines have the greatest places. Its words stand there folded, behind the
mark of its visitor, by which another's lines are never looked at; operators look without one. GIN
knows no order, so in PostgreSQL each word begins with a key of its visitor and of its band, the
lines of 512 numbers of sessions: those of a visitor's newest band are found without reading others.
It is there a second time with the key of EVERYBODY.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection

from .words import words_of

TABLE = "voice_sessions_words"
SEQ_BITS = 20
MOST_SEQ = 2**SEQ_BITS - 1
EVERYBODY = "\ue000*"
"""Stands for the mark where all visitors' lines are looked at."""
BAND_BITS = SEQ_BITS + 9
PREFIXES = range(2, 7)
"""Lengths of beginnings of words that SQLite looks up like whole words."""
_FTS5 = f"""
CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(
  words, tokenize='ascii', columnsize=0, prefix='{" ".join(map(str, PREFIXES))}'
)
"""
_POSTGRESQL = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} "
    "(place bigint PRIMARY KEY, mark text NOT NULL, words tsvector NOT NULL)",
    f"CREATE INDEX IF NOT EXISTS {TABLE}_newest ON {TABLE} (mark, place DESC)",
    f"CREATE INDEX IF NOT EXISTS {TABLE}_found ON {TABLE} USING gin (words) "
    "WITH (fastupdate = off)",
)
_HAS_FTS5 = """
SELECT (SELECT count(*) FROM sqlite_master WHERE name = %s)
  AND (SELECT count(*) FROM pragma_module_list WHERE name = 'fts5')
"""


def make() -> None:
    """Makes the index's tables, where the database can search; without FTS5 there is none."""
    statements = _POSTGRESQL if connection.vendor == "postgresql" else (_FTS5,) * _knows_fts5()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove() -> None:
    """Removes them."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def is_there() -> bool:
    """Returns whether there is an index: always, but for an SQLite that was built without FTS5."""
    if connection.vendor == "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(_HAS_FTS5, [TABLE])
        return bool(cursor.fetchone()[0])


def mark_of(visitor: str) -> str:
    """Returns the visitor's mark: a word that nobody can say or search for."""
    return "\ue000" + hashlib.blake2b(visitor.encode(), digest_size=12).hexdigest()


def key_of(mark: str, band: str) -> str:
    """Returns what the words of a visitor's lines in a band begin with: the band is hexadecimal.

    Two visitors may share a key, which only costs time.
    """
    return f"{mark[1:9]}{band}."


def place_of(number: int, seq: int = 0) -> int:
    """Returns the place of a session's line, or where the session's lines begin."""
    return number << SEQ_BITS | seq


def add(lines: Iterable[tuple[int, str, str]]) -> None:
    """Puts lines into the index: the place, visitor and text of each; for who `is_there`."""
    rows = [
        (place, mark_of(visitor), [word.text for word in words_of(text)])
        for place, visitor, text in lines
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                f"INSERT INTO {TABLE} (place, mark, words) VALUES (%s, %s, %s::tsvector)",
                [(place, mark, _vector(place, mark, words)) for place, mark, words in rows],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, words) VALUES (%s, %s)",
                [(place, " ".join([mark, *words])) for place, mark, words in rows],
            )


def delete(numbers: list[int]) -> None:
    """Takes all lines of these sessions out of it; for who `is_there`."""
    key = "place" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"DELETE FROM {TABLE} WHERE {key} >= %s AND {key} < %s",
            [(place_of(number), place_of(number + 1)) for number in numbers],
        )


def _knows_fts5() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")
        return int(cursor.fetchone()[0])


def _vector(place: int, mark: str, words: list[str]) -> str:
    """Returns a tsvector: the words have no quotes and no backslashes, which would end them."""
    band = f"{place >> BAND_BITS:x}"
    keys = (key_of(mark, band), key_of(EVERYBODY, band))
    return " ".join(f"'{key}{word}':{n}" for n, word in enumerate(words, 1) for key in keys)
