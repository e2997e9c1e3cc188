from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "operators"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follows changes of Django's users."""
        from operators import following  # noqa: F401  (connects itself)
