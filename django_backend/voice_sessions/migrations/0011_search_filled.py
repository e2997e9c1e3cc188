"""What is stored already, put into the search.

It goes through the sessions in small transactions, so that others can write meanwhile; when it is
cut off, the next run leaves out what is in the index. So nothing else is in this migration: without
one transaction around it, a table that it had made would be in its way.
"""

from django.db import migrations, transaction
from django.db.models import Q

from voice_sessions.searching import index, tables

BATCH = 200
"""Sessions of one transaction."""


def fill(apps, schema_editor):
    if not tables.is_there():
        return
    sessions = apps.get_model("voice_sessions", "Session").objects.filter(erased=False)
    sessions = sessions.only("id", "visitor", "created_at").order_by("created_at", "id")
    batch = list(sessions[:BATCH])
    while batch:
        with transaction.atomic():
            index.add_missing({session.id: session.visitor for session in batch})
        last = batch[-1]
        same_time = Q(created_at=last.created_at, id__gt=last.id)
        batch = list(sessions.filter(Q(created_at__gt=last.created_at) | same_time)[:BATCH])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("voice_sessions", "0010_typed"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
