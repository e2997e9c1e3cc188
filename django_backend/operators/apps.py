from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "operators"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Has what is changed at /admin noted, and what ends with passwords and ownerships end."""
        from django.contrib.admin.models import LogEntry
        from django.contrib.auth.models import User
        from django.db.models.signals import post_save, pre_save

        from operators import watching

        post_save.connect(watching.note_in_audit, sender=LogEntry)
        pre_save.connect(watching.end_passes, sender=User)
        pre_save.connect(watching.take_back_what_owners_made, sender=User)
