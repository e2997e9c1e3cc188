from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vault.sealing import register
        from voice_sessions.actions import occurrences

        from webhooks.models import Webhook
        from webhooks.outbox import Outbox
        from webhooks.sending import PURPOSE

        occurrences.keep(Outbox())
        for column in ("secret", "previous_secret"):
            register(Webhook, column, PURPOSE)
