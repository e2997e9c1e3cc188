import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0001_initial"),
        ("voice_sessions", "0013_search_bands"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="revision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agents.revision",
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="variables",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
