"""PostgreSQL's lines in the search get each word a second time, with the key of everybody.

It goes through them in small transactions, so that others can write meanwhile; when it is cut off,
the next run leaves out what has its keys.
"""

from django.db import migrations

STEP = 2**26
"""Places of 64 sessions."""
FOLLOWING = "SELECT min(place) FROM voice_sessions_words WHERE place >= %s"
WITH_KEYS = """
UPDATE voice_sessions_words SET words = (words::text || ' ' || coalesce((
  SELECT string_agg(
    '''*' || to_hex(place >> 29) || substr(lexeme, position('.' in lexeme)) || ''':'
      || array_to_string(positions, ','),
    ' '
  ) FROM unnest(words)
), ''))::tsvector
WHERE place >= %s AND place < %s
  AND NOT EXISTS (SELECT FROM unnest(words) WHERE left(lexeme, 1) = '*')
"""


def fill(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        place = _following(cursor, 0)
        while place is not None:
            cursor.execute(WITH_KEYS, [place, place + STEP])
            place = _following(cursor, place + STEP)


def _following(cursor, place):
    """Returns the first place of a line from there on; None when there is none."""
    cursor.execute(FOLLOWING, [place])
    return cursor.fetchone()[0]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("voice_sessions", "0016_everybody"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
