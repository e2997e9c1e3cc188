"""Hosts that owners allow in spite of their private addresses."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from operators.models import ID_LENGTH, new_id

HOST_LENGTH = 253


class AllowedHost(models.Model):
    """A host that requests to others may reach, at one port or, where that is 0, at any."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    host = models.CharField(max_length=HOST_LENGTH)
    port = models.PositiveIntegerField(default=0)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "port"], name="allowed_host_once")]

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host
