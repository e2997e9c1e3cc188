from django.apps import AppConfig


class VoiceSessionsConfig(AppConfig):
    name = "voice_sessions"
    default_auto_field = "django.db.models.BigAutoField"
