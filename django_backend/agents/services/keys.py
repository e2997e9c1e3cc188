"""Which credentials an agent's services name: found when it is saved, by id or by name."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from common.faults import fault
from common.origins import origin_of
from credentials import queries
from credentials.queries import UnknownCredential
from django.db import transaction
from django.db.models import F
from rest_framework.exceptions import ErrorDetail, ValidationError

from agents.models import Revision
from agents.services import choosing

Place = tuple[str | int, ...]


def settled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns an agent's fields with the id of each credential that they name.

    A service without a provider or an address has the credential's own. Raises ValidationError for
    a credential that is not there, for an address on another host than it was entered for, and for
    what its provider does not have.
    """
    found = copy.deepcopy(dict(fields))
    for place, service in _services_with_credential(found):
        try:
            with transaction.atomic():
                chosen = queries.for_use(service["credential"])
        except UnknownCredential:
            raise _wrong(place, fault("no_credential", "There is no such credential.")) from None
        service.setdefault("provider", chosen.provider)
        url = service.setdefault("base_url", chosen.base_url)
        if origin_of(url) != chosen.host:
            sentence = (
                "Its key was entered for {host} and goes to no other host; "
                "enter the key anew for this one."
            )
            raise _wrong(place, fault("other_host", sentence, host=chosen.host))
        service["credential"] = chosen.id
    if errors := choosing.faults(found.get("services") or {}):
        raise ValidationError({"services": errors})
    return found


def named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns an agent's fields with the names of credentials, as files have them."""
    found = copy.deepcopy(dict(fields))
    chosen = list(_services_with_credential(found))
    known = queries.names({service["credential"] for _place, service in chosen})
    for _place, service in chosen:
        service["credential"] = known.get(service["credential"], service["credential"])
    return found


def servers_of_credentials(fields: Mapping[str, Any]) -> set[str]:
    """Returns the addresses of services that have a credential: an owner has vouched for those."""
    chosen = _services_with_credential(dict(fields))
    return {service["base_url"] for _place, service in chosen if "base_url" in service}


def agents_with(credential_id: str) -> list[str]:
    """Returns the slugs of agents whose current revision uses a credential."""
    current = Revision.objects.filter(number=F("agent__current"), agent__retired_at=None)
    rows = current.order_by("agent__slug").values_list("agent__slug", "fields__services")
    return [slug for slug, services in rows.iterator() if _uses(services, credential_id)]


def _uses(services: Any, credential_id: str) -> bool:
    chosen = _within((), services)
    return any(service["credential"] == credential_id for _place, service in chosen)


def _services_with_credential(fields: Mapping[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yields each service that names a credential, and where it stands within `services`."""
    yield from _within((), fields.get("services") or {})


def _within(place: Place, value: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(value, dict):
        if value.get("credential"):
            yield place, value
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    for name, each in inner:
        yield from _within((*place, name), each)


def _wrong(place: Place, wrong: ErrorDetail) -> ValidationError:
    detail: Any = {"credential": [wrong]}
    for name in reversed(place):
        detail = {name: detail}
    return ValidationError({"services": detail})
