"""How each database looks into the index: which sessions have a line with all phrases in it."""

from __future__ import annotations

from django.db import connection

from .tables import BAND_BITS, EVERYBODY, PREFIXES, SEQ_BITS, TABLE, key_of, mark_of, place_of
from .words import Phrase

MOST_AT_ONCE = 1000
"""Lines that SQLite gives in one go: opening its index costs as much as reading so many."""
_FTS5 = f"""
SELECT rowid, {{is_whole}} FROM {TABLE} WHERE words MATCH %s AND rowid < %s
ORDER BY rowid DESC LIMIT {MOST_AT_ONCE}
"""
_IS_WHOLE = "instr(words, %s) > 0"
_GIN = f"""
WITH RECURSIVE bands(top) AS (
  SELECT max(place) FROM {TABLE} WHERE {{whose}} place < %s
  UNION ALL
  SELECT (SELECT max(place) FROM {TABLE}
          WHERE {{whose}} place < top >> {BAND_BITS} << {BAND_BITS})
  FROM bands WHERE top IS NOT NULL
)
SELECT line.place FROM bands CROSS JOIN LATERAL (
  SELECT max(place) AS place FROM {TABLE}
  WHERE words @@ replace(%s, '@', to_hex(top >> {BAND_BITS}))::tsquery AND place + 0 < %s
  GROUP BY place >> {SEQ_BITS} ORDER BY 1 DESC LIMIT %s
) line LIMIT %s
"""
"""The bands come one by one, from the newest on, no more of them than fill the page. `place + 0`
keeps PostgreSQL from reading lines in the order of their places, in the hope of an early match."""


def newest_lines(visitor: str, phrases: tuple[Phrase, ...], end: int, limit: int) -> list[int]:
    """Returns the places of the last such line of each of the visitor's sessions, newest first.

    Without a visitor it is each session of everybody's.

    They are before that place, and at most so many as the limit. Lines of sessions that nobody may
    see any more can be among them.
    """
    if connection.vendor == "postgresql":
        return _by_gin(visitor, phrases, end, limit)
    return _by_fts5(visitor, phrases, end, limit)


def _by_fts5(visitor: str, phrases: tuple[Phrase, ...], end: int, limit: int) -> list[int]:
    """Reads from the newest line on.

    A long open end is looked up by its first letters, and compared. Where many lines only begin in
    the same way, SQLite gathers all words with the whole beginning instead.
    """
    found: dict[int, int] = {}
    whole, others = _cut_off(phrases), 0
    while True:
        is_cut = bool(whole) and others < MOST_AT_ONCE
        lines = _lines(_match(visitor, phrases, is_cut=is_cut), whole if is_cut else "", end)
        for place, is_whole in lines:
            others += not is_whole
            if is_whole:
                found.setdefault(place >> SEQ_BITS, place)
        if len(found) >= limit or len(lines) < MOST_AT_ONCE:
            return list(found.values())[:limit]
        end = lines[-1][0]
        if end >> SEQ_BITS in found:
            end = place_of(end >> SEQ_BITS)


def _lines(match: str, whole: str, end: int) -> list[tuple[int, int]]:
    """Returns the next lines, newest first: the place of each, and 1 if it has the whole."""
    with connection.cursor() as cursor:
        sql = _FTS5.format(is_whole=_IS_WHOLE if whole else "1")
        cursor.execute(sql, [*([whole] if whole else []), match, end])
        return cursor.fetchall()


def _match(visitor: str, phrases: tuple[Phrase, ...], *, is_cut: bool) -> str:
    """Returns FTS5's query: the words have no quotes, so none of them is a command."""
    parts = [
        f'"{" ".join(_cut(each) if is_cut else each.words)}"{"*" if each.is_open else ""}'
        for each in phrases
    ]
    return " AND ".join([*([f'"{mark_of(visitor)}"'] if visitor else []), *parts])


def _cut(phrase: Phrase) -> tuple[str, ...]:
    """Returns the phrase's words, an open end cut to what SQLite has indexed of beginnings."""
    *before, last = phrase.words
    return (*before, last[: PREFIXES[-1]]) if phrase.is_open else phrase.words


def _cut_off(phrases: tuple[Phrase, ...]) -> str:
    """Returns what a line has to have as it stands, where an open end is cut; else nothing."""
    cut = [each for each in phrases if _cut(each) != each.words]
    return " " + " ".join(cut[0].words) if cut else ""


def _by_gin(visitor: str, phrases: tuple[Phrase, ...], end: int, limit: int) -> list[int]:
    mark, own = (mark_of(visitor), [mark_of(visitor)]) if visitor else (EVERYBODY, [])
    sql = _GIN.format(whose="mark = %s AND" if visitor else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, [*own, end, *own, _tsquery(mark, phrases), end, limit, limit])
        return [place for (place,) in cursor.fetchall()]


def _tsquery(mark: str, phrases: tuple[Phrase, ...]) -> str:
    """Returns PostgreSQL's query, with "@" for the band.

    The words have neither quotes nor backslashes, nor "@".
    """
    return " & ".join(
        "("
        + " <-> ".join(f"'{key_of(mark, '@')}{word}'" for word in each.words)
        + (":*)" if each.is_open else ")")
        for each in phrases
    )
