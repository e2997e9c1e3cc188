"""What REST takes and says about keys of services, and about hosts that owners allow."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Any

from agents.services.faults import needs_address
from agents.values import Address
from agents.words import Choice, Words
from common.faults import fault, matching
from common.strict import StrictFields, StrictInteger, StrictText
from config.providers.registry import PROVIDERS
from config.services import HEADER_VALUE
from credentials.models import NAME_LENGTH, OPENAI, URL_LENGTH
from outgoing.guard import plain
from outgoing.models import HOST_LENGTH
from rest_framework import serializers

from api.fields import Timestamp

KEY_LENGTH = 4096
HOST = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
"""A name or an IPv4 address; no pattern of several hosts."""


class Key(StrictText):
    """A key as its service shows it; nothing that an HTTP header cannot carry."""

    def __init__(self) -> None:
        wrong = "Enter the key alone, as the service shows it, without blanks or quotes."
        super().__init__(
            max_length=KEY_LENGTH,
            trim_whitespace=True,
            validators=[matching(HEADER_VALUE, "key_signs", wrong)],
            write_only=True,
        )


class CredentialRequest(StrictFields):
    """`POST /credentials`: a key, its provider, and the address of the service that it is for.

    Without an address it is for the provider's own.
    """

    name = Words(max_length=NAME_LENGTH)
    provider = Choice(list(PROVIDERS), required=False, default=OPENAI)
    base_url = Address(max_length=URL_LENGTH, required=False, default="", allow_blank=True)
    key = Key()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Takes the provider's own address where none is named; some have none."""
        provider = PROVIDERS[attrs["provider"]]
        if url := attrs["base_url"] or provider.base_url:
            return {**attrs, "base_url": url}
        raise serializers.ValidationError({"base_url": [needs_address(provider)]})


class AnewRequest(StrictFields):
    """`PATCH /credentials/{id}`: another key for the same host."""

    key = Key()


class CredentialAnswer(serializers.Serializer[Any]):
    """A credential without its key; `ending` are the last characters of that, if it is long.

    `host` is where the key goes and `base_url` the address there that it was entered for.
    """

    id = serializers.CharField()
    name = serializers.CharField()
    provider = serializers.CharField()
    base_url = serializers.CharField()
    host = serializers.CharField()
    ending = serializers.CharField(allow_blank=True)
    made_by = serializers.CharField()
    made_at = Timestamp()
    used_at = Timestamp(allow_null=True)
    tested_at = Timestamp(allow_null=True)


class CredentialsAnswer(serializers.Serializer[Any]):
    """The answer to `GET /credentials`, by name."""

    credentials = CredentialAnswer(many=True)


class TestedAnswer(serializers.Serializer[Any]):
    """How one request with the key went; `reason` and `problem` are empty after a good one."""

    ok = serializers.BooleanField()
    milliseconds = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_blank=True)


class Host(StrictText):
    """One host, as it is compared with those of requests."""

    def __init__(self) -> None:
        super().__init__(max_length=HOST_LENGTH)

    def to_internal_value(self, data: Any) -> str:
        host = plain(super().to_internal_value(data))
        if not HOST.fullmatch(host) and not _is_ipv6(host):
            raise serializers.ValidationError(
                fault("one_host", "Use one host alone, such as tools.lan or 10.0.0.7.")
            )
        return host


def _is_ipv6(host: str) -> bool:
    try:
        return str(IPv6Address(host)) == host
    except ValueError:
        return False


class HostRequest(StrictFields):
    """`POST /allowed-hosts`: a host, and the one port of it, or 0 for any."""

    host = Host()
    port = StrictInteger(min_value=0, max_value=65_535, required=False, default=0)


class HostAnswer(serializers.Serializer[Any]):
    """A host that requests may reach in spite of its private address; port 0 means any."""

    id = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    made_by = serializers.CharField()
    made_at = Timestamp()


class HostsAnswer(serializers.Serializer[Any]):
    """The answer to `GET /allowed-hosts`, by host."""

    hosts = HostAnswer(many=True)
