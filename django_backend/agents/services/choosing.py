"""Which services an agent has: what it chooses, and for what that leaves open the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from common.origins import origin_of
from config.providers.kinds import KINDS
from config.providers.registry import PROVIDERS, is_installed
from config.secret import Secret
from config.services import PLACEHOLDER_KEY, WITH_FALLBACK_SECONDS, Kind, Service
from credentials.queries import NoKeyHere, key_for
from django.conf import settings

from agents.services.faults import (
    fault_of,
    has_no_such_service,
    needs_address,
    not_installed,
    unknown,
)

log = structlog.get_logger(__name__)
Chosen = Mapping[str, Any]
Faults = dict[str, Any]


def services_of(chosen: Mapping[Kind, Chosen], slug: str) -> Mapping[Kind, Service]:
    """Returns the services of the agent of that slug by what it chooses for each kind."""
    if not chosen:
        return settings.SERVICES
    return {kind: _with_fallback(kind, chosen.get(kind, {}), slug) for kind in settings.SERVICES}


def is_of_settings(url: str) -> bool:
    """Returns whether the settings name this server, so that it may be at a private address."""
    known = {origin_of(service.base_url) for service in settings.SERVICES.values()}
    return origin_of(url) in known


def voice_of(voice: str | None, service: Service) -> str:
    """Returns the voice of an agent that chose this one; by default that of the settings.

    Another provider than the settings' has voices of its own.
    """
    is_usual = service.provider == settings.SERVICES["tts"].provider
    return voice or (settings.TTS_VOICE if is_usual else PROVIDERS[service.provider].voice)


def faults(services: Mapping[str, Chosen]) -> Faults:
    """Returns what is wrong with the choices, by kind and field."""
    found: Faults = {}
    for kind in KINDS:
        chosen = services.get(kind) or {}
        wrong = _faults(kind, chosen)
        if fallback := chosen.get("fallback"):
            wrong |= {"fallback": below} if (below := _faults(kind, fallback)) else {}
        if wrong:
            found[kind] = wrong
    return found


def addresses_of(services: Mapping[str, Chosen]) -> dict[str, set[str]]:
    """Returns the base URLs that the choices name, those of fallbacks too, by kind."""
    both = {kind: (chosen, chosen.get("fallback") or {}) for kind, chosen in services.items()}
    named = {
        kind: {each["base_url"] for each in two if each.get("base_url")}
        for kind, two in both.items()
    }
    return {kind: urls for kind, urls in named.items() if urls}


def _faults(kind: Kind, chosen: Chosen) -> Faults:
    usual = settings.SERVICES[kind]
    provider = PROVIDERS[chosen.get("provider") or usual.provider]
    if kind not in provider.models:
        return {"provider": [has_no_such_service(provider, kind)]}
    if not is_installed(provider):
        return {"provider": [not_installed(provider)]}
    if not (chosen.get("base_url") or provider.base_url or provider.name == usual.provider):
        return {"base_url": [needs_address(provider)]}
    known = {option.name: option for option in provider.options_of(kind)}
    wrong = {
        name: [fault_of(option, value) if (option := known.get(name)) else unknown(known)]
        for name, value in (chosen.get("options") or {}).items()
    }
    wrong = {name: faults for name, faults in wrong.items() if any(faults)}
    return {"options": wrong} if wrong else {}


def _with_fallback(kind: Kind, chosen: Chosen, slug: str) -> Service:
    own = _service(kind, chosen, slug)
    fallback = chosen.get("fallback")
    if not fallback:
        return own
    first_byte = min(own.first_byte, WITH_FALLBACK_SECONDS)
    return replace(own, fallback=_service(kind, fallback, slug), first_byte=first_byte)


def _service(kind: Kind, chosen: Chosen, slug: str) -> Service:
    """The settings' service with what the agent changes of it; no key goes to another host.

    Its own credential's key stands in for the settings' own. Where that cannot be had, no other key
    does: its server refuses what it is asked, and the session says so.
    """
    usual = settings.SERVICES[kind]
    provider = PROVIDERS[chosen.get("provider", usual.provider)]
    is_usual = provider.name == usual.provider
    url = chosen.get("base_url", usual.base_url if is_usual else provider.base_url)
    is_same_host = origin_of(url) == origin_of(usual.base_url)
    key = usual.api_key if is_same_host else PLACEHOLDER_KEY
    if credential := chosen.get("credential"):
        key = _key(credential, url, slug)
    return replace(
        usual,
        provider=provider.name,
        base_url=url,
        model=chosen.get("model", usual.model if is_usual else provider.models.get(kind, "")),
        options=tuple(sorted(chosen.get("options", {}).items())),
        api_key=key,
        offline=usual.offline and is_same_host,
        guarded=not (is_of_settings(url) or url == provider.base_url),
    )


def _key(credential: str, url: str, slug: str) -> Secret:
    try:
        return Secret(key_for(credential, url).reveal())
    except NoKeyHere as error:
        log.error("credential_unusable", agent=slug, credential=credential, why=error.why)
        return PLACEHOLDER_KEY
