"""Keys of programs: made, used, revoked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal, get_args

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from operators.audit import note
from operators.models import ApiKey
from operators.passes import API_KEY, hash_of, new_pass

log = structlog.get_logger(__name__)
Scope = Literal["sessions", "agents", "read"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""Sessions for people of the program's own; making and changing agents; reading of both."""
USED_EVERY = timedelta(minutes=1)
MOST_KEYS = 100
READING = ("GET", "HEAD", "OPTIONS")


class TooManyKeys(Exception):
    """There are so many keys that nobody could keep track of another one."""


class UnknownKey(Exception):
    """There is no such key."""


class OutOfScope(Exception):
    """The key is good, and does not allow this."""


def make(
    name: str, scopes: Collection[Scope], expires_at: datetime | None, by: str
) -> tuple[ApiKey, str]:
    """Returns a new key and its secret, which nobody sees again; raises TooManyKeys."""
    secret = new_pass(API_KEY)
    with transaction.atomic():
        if ApiKey.objects.count() >= MOST_KEYS:
            raise TooManyKeys
        key = ApiKey.objects.create(
            name=name,
            token_hash=hash_of(secret),
            ending=secret[-4:],
            scopes=[scope for scope in SCOPES if scope in scopes],
            made_by=by,
            expires_at=expires_at,
        )
        note(by, "key.made", key.id, name=name, scopes=" ".join(key.scopes))
    log.info("key_made", key=key.id)
    return key, secret


def key_of(secret: str) -> ApiKey | None:
    """Returns the key of that secret, None where it is none, was revoked, or has expired."""
    now = timezone.now()
    going_on = Q(expires_at=None) | Q(expires_at__gt=now)
    key = ApiKey.objects.filter(going_on, token_hash=hash_of(secret)).first()
    if key and (key.used_at is None or now - key.used_at >= USED_EVERY):
        ApiKey.objects.filter(id=key.id).update(used_at=now)
    return key


def revoke(key_id: str, by: str) -> None:
    """Has nobody use the key any more; its sessions go on. Raises UnknownKey."""
    with transaction.atomic():
        key = ApiKey.objects.filter(id=key_id).first()
        if key is None:
            raise UnknownKey(key_id)
        key.delete()
        note(by, "key.revoked", key_id, name=key.name)
    log.info("key_revoked", key=key_id)


def check(key: ApiKey, scope: Scope, method: str) -> None:
    """Raises OutOfScope where the key may not do that: reading is part of each scope."""
    if scope not in key.scopes and not ("read" in key.scopes and method in READING):
        raise OutOfScope(scope)


def visitor_of(key: ApiKey, name: str) -> str:
    """Returns the id of a person whom a program calls so; two keys' people are never the same."""
    digest = salted_hmac(f"key.visitor.{key.id}", name, algorithm="sha256").hexdigest()
    return f"key-{digest[:40]}"
