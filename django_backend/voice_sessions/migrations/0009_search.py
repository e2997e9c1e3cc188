"""The search over all that was said; a later migration fills it with what is stored already."""

import django.db.models.deletion
from django.db import migrations, models

from voice_sessions.searching import tables


def make(apps, schema_editor):
    tables.make()


def remove(apps, schema_editor):
    tables.remove()


class Migration(migrations.Migration):
    dependencies = [
        ("voice_sessions", "0008_recording"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searchplace",
                        to="voice_sessions.session",
                    ),
                ),
            ],
        ),
        migrations.RunPython(make, remove),
    ]
