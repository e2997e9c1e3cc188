from django.db import migrations, models


def counter():
    return models.PositiveBigIntegerField(db_default=0, default=0)


class Migration(migrations.Migration):
    dependencies = [
        ("voice_sessions", "0017_search_everybody"),
    ]

    operations = [
        migrations.AddField(model_name="session", name="input_tokens", field=counter()),
        migrations.AddField(model_name="session", name="output_tokens", field=counter()),
        migrations.AddField(model_name="session", name="characters", field=counter()),
    ]
