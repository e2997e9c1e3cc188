"""What follows for operators where Django's user is changed, here, at /admin or by a command."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import pre_save
from django.dispatch import receiver

from operators.accounts import take_back
from operators.models import SignIn

BY = "admin"
"""How the audit names a change that no operator made by the console or REST."""


@receiver(pre_save, sender=User)
def follow(instance: User, **_: Any) -> None:
    """Another password ends all passes; whoever is no owner any more loses links and keys."""
    before = User.objects.filter(pk=instance.pk).first() if instance.pk else None
    if before is None:
        return
    if before.password != instance.password:
        SignIn.objects.filter(operator__user_id=instance.pk).delete()
    if _is_owner(before) and not _is_owner(instance):
        take_back(before.get_username(), BY)


def _is_owner(user: User) -> bool:
    return user.is_superuser and user.is_active
