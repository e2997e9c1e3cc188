"""Every write of the hosts that owners allow, and whether one is among them."""

from __future__ import annotations

import structlog
from django.db import IntegrityError, transaction
from operators.audit import note
from voice_sessions.steps import step

from outgoing.models import AllowedHost

log = structlog.get_logger(__name__)
MOST_HOSTS = 100


class AlreadyAllowed(Exception):
    """The host is allowed at this port already."""


class TooManyHosts(Exception):
    """So many hosts are allowed that nobody could keep track of another one."""


class UnknownHost(Exception):
    """There is no such entry."""


def allow(host: str, port: int, by: str) -> AllowedHost:
    """Returns the new entry; raises AlreadyAllowed and TooManyHosts."""
    try:
        with transaction.atomic():
            if AllowedHost.objects.count() >= MOST_HOSTS:
                raise TooManyHosts
            made = AllowedHost.objects.create(host=host, port=port, made_by=by)
            note(by, "host.allowed", str(made)[:150])
    except IntegrityError:
        raise AlreadyAllowed from None
    log.info("host_allowed", host=str(made))
    return made


def disallow(host_id: str, by: str) -> None:
    """Has no new connection reach the host any more; raises UnknownHost."""
    with transaction.atomic():
        found = AllowedHost.objects.select_for_update().filter(id=host_id).first()
        if found is None:
            raise UnknownHost(host_id)
        found.delete()
        note(by, "host.disallowed", str(found)[:150])
    log.info("host_disallowed", host=str(found))


def allows(host: str, port: int) -> bool:
    """Returns whether an owner allows this host and port."""
    return AllowedHost.objects.filter(host=host, port__in=(0, port)).exists()


is_allowed = step(allows)
"""The same as a coroutine."""
