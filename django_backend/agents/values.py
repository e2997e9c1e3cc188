"""The kinds of a single value among the fields of an agent: slug, language, zone, address, site."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.faults import fault, matching
from common.origins import origin_of
from common.strict import StrictText
from config.languages import CODES, FOUND_OUT
from config.services import is_http
from rest_framework import serializers

from agents.models import SLUG_LENGTH

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
RESERVED = frozenset({"new", "import"})
"""Slugs that would be taken for pages of the console."""
SITE_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
"""One name, no pattern of several."""
NO_SITE = fault("site_address", "Use a site's address, such as https://example.com.")


class Slug(StrictText):
    """The name of an agent in addresses: small letters, digits and single hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = "Use small letters, digits and single hyphens between them."
        validators = [matching(SLUG, "slug_signs", wrong)]
        super().__init__(max_length=SLUG_LENGTH, validators=validators, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        slug = super().to_internal_value(data)
        if slug in RESERVED:
            raise serializers.ValidationError(
                fault("reserved_slug", "This word is taken by a page of the console.")
            )
        return slug


class Language(StrictText):
    """A code of ISO 639-1; "auto" leaves it to the service to find out."""

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).lower()
        if code not in {*CODES, FOUND_OUT[0]}:
            raise serializers.ValidationError(
                fault("language_code", "Use a code of ISO 639-1 such as en or es, or auto.")
            )
        return code


class Zone(StrictText):
    """A time zone by its name in the IANA database."""

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise serializers.ValidationError(
                fault("time_zone", "Use the name of a time zone such as Europe/Berlin, or UTC.")
            ) from None
        return name


class Address(StrictText):
    """A whole address of HTTP without a password in it."""

    def to_internal_value(self, data: Any) -> str:
        url = super().to_internal_value(data).rstrip("/")
        if not is_http(url) or "@" in urlsplit(url).netloc:
            raise serializers.ValidationError(
                fault(
                    "server_address",
                    "Use the server's address alone, such as https://api.example.com/v1.",
                )
            )
        return url


class Site(StrictText):
    """The origin of a site: https, host and port, nothing else; http only on this computer."""

    def to_internal_value(self, data: Any) -> str:
        origin = super().to_internal_value(data).rstrip("/").lower()
        if not is_http(origin) or not _is_origin(origin):
            raise serializers.ValidationError(NO_SITE)
        parts = urlsplit(origin_of(origin))
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
            raise serializers.ValidationError(
                fault("site_https", "A site needs https, because of the microphone.")
            )
        return _as_browsers_tell(parts)


def _as_browsers_tell(parts: SplitResult) -> str:
    """The origin with its name in ASCII: it becomes part of a header, as it is."""
    try:
        host = (parts.hostname or "").encode("idna").decode()
    except UnicodeError:
        host = ""
    if not SITE_HOST.fullmatch(host):
        raise serializers.ValidationError(NO_SITE)
    return f"{parts.scheme}://{host}:{parts.port}" if parts.port else f"{parts.scheme}://{host}"


def _is_origin(url: str) -> bool:
    parts = urlsplit(url)
    return url == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
