"""Every write of credentials by operators: each is in the audit, and none shows a key."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from common.origins import origin_of
from django.db import IntegrityError, transaction
from django.utils import timezone
from operators.audit import note
from vault.sealing import seal

from credentials.models import Credential
from credentials.queries import UnknownCredential

log = structlog.get_logger(__name__)
MOST_CREDENTIALS = 100
SHOWN = 4
LEAST_TO_SHOW = 12
"""Of a key that is shorter, four characters would be too much."""


class NameInUse(Exception):
    """Another credential has this name."""


class TooManyCredentials(Exception):
    """There are so many that nobody could keep track of another one."""


class CredentialInUse(Exception):
    """Agents use it now; `agents` are their slugs."""

    def __init__(self, agents: list[str]) -> None:
        super().__init__(", ".join(agents))
        self.agents = agents


def enter(name: str, provider: str, base_url: str, key: str, by: str) -> Credential:
    """Returns the new credential; raises NameInUse, TooManyCredentials and vault's NoKey."""
    made = Credential(
        name=name,
        provider=provider,
        base_url=base_url,
        host=origin_of(base_url),
        ending=ending_of(key),
        made_by=by,
    )
    made.sealed = seal(key, made.purpose)
    try:
        with transaction.atomic():
            if Credential.objects.count() >= MOST_CREDENTIALS:
                raise TooManyCredentials
            made.save(force_insert=True)
            note(by, "credential.entered", name, host=made.host)
    except IntegrityError:
        raise NameInUse(name) from None
    log.info("credential_entered", credential=made.id)
    return made


def enter_anew(credential_id: str, key: str, by: str) -> Credential:
    """Returns the credential with another key for its host; agents have it from their next session.

    Raises UnknownCredential and vault's NoKey.
    """
    with transaction.atomic():
        found = _locked(credential_id)
        found.sealed, found.ending = seal(key, found.purpose), ending_of(key)
        found.tested_at = None
        found.save(update_fields=["sealed", "ending", "tested_at"])
        note(by, "credential.entered_anew", found.name, host=found.host)
    log.info("credential_entered_anew", credential=found.id)
    return found


def delete(credential_id: str, by: str, users_of: Callable[[str], list[str]]) -> None:
    """Forgets a key that no agent uses; `users_of` tells the slugs of those that use an id.

    Raises UnknownCredential and CredentialInUse.
    """
    with transaction.atomic():
        found = _locked(credential_id)
        if agents := users_of(found.id):
            raise CredentialInUse(agents)
        Credential.objects.filter(id=found.id).delete()
        note(by, "credential.deleted", found.name, host=found.host)
    log.info("credential_deleted", credential=credential_id)


def tested(credential: Credential, reason: str, by: str) -> None:
    """Keeps that somebody has tried the key out; `reason` is what failed, "" where nothing did."""
    now = timezone.now()
    with transaction.atomic():
        Credential.objects.filter(id=credential.id).update(tested_at=now)
        note(by, "credential.tested", credential.name, host=credential.host, result=reason or "ok")


def ending_of(key: str) -> str:
    """Returns the characters by which people tell a key from others."""
    return key[-SHOWN:] if len(key) >= LEAST_TO_SHOW else ""


def _locked(credential_id: str) -> Credential:
    found = Credential.objects.select_for_update().filter(id=credential_id).first()
    if found is None:
        raise UnknownCredential(credential_id)
    return found
