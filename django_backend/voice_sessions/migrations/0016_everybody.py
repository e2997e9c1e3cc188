from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("voice_sessions", "0015_drafts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                fields=["-created_at", "-id"],
                condition=Q(hidden=False, erased=False),
                name="session_everybody",
            ),
        ),
    ]
