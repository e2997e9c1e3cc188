"""Keys of services that owners have entered, sealed and bound to one host."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from operators.models import ID_LENGTH, new_id

NAME_LENGTH = 80
PROVIDER_LENGTH = 40
URL_LENGTH = 500
OPENAI = "openai"
"""The provider of every server that speaks OpenAI's API."""


class Credential(models.Model):
    """A service's key. Only `sealed` holds it, for the purpose of this row and its host alone.

    `host` is the origin of `base_url`, the address that it was entered for. `ending` are the key's
    last characters, "" where that would be too much of a short one.
    """

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    provider = models.CharField(max_length=PROVIDER_LENGTH, default=OPENAI)
    base_url = models.CharField(max_length=URL_LENGTH)
    host = models.CharField(max_length=URL_LENGTH)
    sealed = models.TextField(editable=False)
    ending = models.CharField(max_length=4, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.host})"

    @property
    def purpose(self) -> str:
        """What the key is sealed for: in another row, or for another host, it cannot be read."""
        return f"credential {self.id} {self.host}"
