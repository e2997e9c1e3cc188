from operator import attrgetter

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "credentials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Has the keys sealed anew with all other secrets."""
        from vault.sealing import register

        from credentials.models import Credential

        register(Credential, "sealed", attrgetter("purpose"))
