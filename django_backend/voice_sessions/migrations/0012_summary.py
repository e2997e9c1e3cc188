from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("voice_sessions", "0011_search_filled"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="summarised",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="session",
            name="summary",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
