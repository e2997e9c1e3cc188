"""What is changed of operators at /admin: in the audit too, with all that ends by it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User

from operators.accounts import ADMIN, take_back
from operators.audit import note
from operators.models import SignIn

DONE = {ADDITION: "admin.added", CHANGE: "admin.changed", DELETION: "admin.deleted"}
SUBJECT_LENGTH = 150


def note_in_audit(instance: LogEntry, created: bool, **_: Any) -> None:
    """Notes what somebody has done at /admin, which keeps a log of its own."""
    if created:
        kind = instance.content_type.model if instance.content_type else ""
        subject = f"{kind} {instance.object_repr}".strip()
        note(instance.user.get_username(), DONE[instance.action_flag], subject[:SUBJECT_LENGTH])


def end_passes(instance: User, update_fields: Any = None, **_: Any) -> None:
    """Ends a user's passes before another password of theirs is stored, wherever that is changed.

    A password that is stored by another method of hashing is another one here.
    """
    if instance.pk is None or (update_fields is not None and "password" not in update_fields):
        return
    same = User.objects.filter(pk=instance.pk, password=instance.password)
    if not same.exists():
        SignIn.objects.filter(operator__user_id=instance.pk).delete()


def take_back_what_owners_made(instance: User, **_: Any) -> None:
    """Ends the links and keys of an owner who is to be none any more, or switched off."""
    is_owner = instance.is_superuser and instance.is_active
    if instance.pk is None or is_owner:
        return
    owners = User.objects.filter(pk=instance.pk, is_superuser=True, is_active=True)
    for before in owners:
        take_back(before.get_username(), ADMIN)
