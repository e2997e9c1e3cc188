import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0002_drafts"),
        ("voice_sessions", "0014_agents"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="draft",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="agents.draft",
            ),
        ),
    ]
