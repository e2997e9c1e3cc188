from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vault import sealing

        from agents.models import ToolSecret
        from agents.tools.secrets import purpose_of

        sealing.register(ToolSecret, "sealed", purpose_of)
