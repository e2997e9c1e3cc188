"""Every read of credentials, and the only place that unseals one."""

from __future__ import annotations

from datetime import timedelta

from common.origins import origin_of
from config.logs import hide
from django.utils import timezone
from vault.sealing import Unreadable, unseal
from vault.secrets import Secret

from credentials.models import Credential

USED_EVERY = timedelta(minutes=1)


class UnknownCredential(Exception):
    """There is no such credential."""


class NoKeyHere(Exception):
    """A credential gives no key for an address; `why` is unknown, unreadable or other_host."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def listed() -> list[Credential]:
    """Returns all credentials by name."""
    return list(Credential.objects.order_by("name"))


def credential(credential_id: str) -> Credential:
    """Returns one by its id; raises UnknownCredential."""
    found = Credential.objects.filter(id=credential_id).first()
    if found is None:
        raise UnknownCredential(credential_id)
    return found


def for_use(name: str) -> Credential:
    """Returns one by its id or its name, which stays until the transaction's end.

    Raises UnknownCredential.
    """
    rows = Credential.objects.select_for_update()
    found = rows.filter(id=name).first() or rows.filter(name=name).first()
    if found is None:
        raise UnknownCredential(name)
    return found


def names(ids: set[str]) -> dict[str, str]:
    """Returns the names of credentials by their ids."""
    return dict(Credential.objects.filter(id__in=ids).values_list("id", "name"))


def revealed(credential: Credential) -> Secret:
    """Returns its key, which no log line of this process shows from now on; raises Unreadable."""
    secret = unseal(credential.sealed, credential.purpose)
    hide(secret.reveal())
    return secret


def key_for(credential_id: str, base_url: str) -> Secret:
    """Returns a credential's key for a service at this address; raises NoKeyHere."""
    try:
        found = credential(credential_id)
        if found.host != origin_of(base_url):
            raise NoKeyHere("other_host")
        secret = revealed(found)
    except UnknownCredential:
        raise NoKeyHere("unknown") from None
    except Unreadable:
        raise NoKeyHere("unreadable") from None
    now = timezone.now()
    if found.used_at is None or now - found.used_at >= USED_EVERY:
        Credential.objects.filter(id=found.id).update(used_at=now)
    return secret
