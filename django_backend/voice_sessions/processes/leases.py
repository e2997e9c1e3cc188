"""A job that only one process does, of all that share the database."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from voice_sessions.models import Lease

LIFETIME = timedelta(seconds=3)


def hold(name: str, holder: str) -> bool:
    """Returns whether the holder has the job for the next 3 s; one that dies loses it then."""
    free = Q(holder=holder) | Q(expires_at__lt=Now())
    values = {"holder": holder, "expires_at": Now() + LIFETIME}
    if Lease.objects.filter(free, name=name).update(**values):
        return True
    try:
        with transaction.atomic():
            _lease, is_new = Lease.objects.get_or_create(name=name, defaults=values)
    except IntegrityError:
        return False
    return is_new


def is_held(name: str) -> bool:
    """Returns whether any process has the job at the moment."""
    return Lease.objects.filter(name=name, expires_at__gte=Now()).exists()


def release(name: str, holder: str) -> None:
    """Gives the job up at once."""
    Lease.objects.filter(name=name, holder=holder).delete()
