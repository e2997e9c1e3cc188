"""Which services an agent has: what it chooses, and for what that leaves open the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from config.providers.kinds import KINDS
from config.providers.registry import PROVIDERS, is_installed, of_kind
from config.services import PLACEHOLDER_KEY, WITH_FALLBACK_SECONDS, Kind, Service
from django.conf import settings

Chosen = Mapping[str, Any]
Faults = dict[str, Any]


def services_of(chosen: Mapping[Kind, Chosen]) -> Mapping[Kind, Service]:
    """Returns the services of an agent by what it chooses for each kind."""
    if not chosen:
        return settings.SERVICES
    return {kind: _with_fallback(kind, chosen.get(kind, {})) for kind in settings.SERVICES}


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
        others = ", ".join(of_kind(kind))
        return {"provider": [f"{provider.label} has no such service. Use one of: {others}."]}
    if not is_installed(provider):
        return {"provider": [f"{provider.label} is not installed here: run {provider.command}."]}
    if not (chosen.get("base_url") or provider.base_url or provider.name == usual.provider):
        return {"base_url": [f"{provider.label} needs an address."]}
    known = {option.name: option for option in provider.options_of(kind)}
    wrong = {
        name: [option.fault(value) if (option := known.get(name)) else _unknown(known)]
        for name, value in (chosen.get("options") or {}).items()
    }
    wrong = {name: sentences for name, sentences in wrong.items() if any(sentences)}
    return {"options": wrong} if wrong else {}


def _unknown(known: Mapping[str, object]) -> str:
    there = f" Use one of: {', '.join(sorted(known))}." if known else ""
    return f"There is no such option.{there}"


def _with_fallback(kind: Kind, chosen: Chosen) -> Service:
    own = _service(kind, chosen)
    fallback = chosen.get("fallback")
    if not fallback:
        return own
    first_byte = min(own.first_byte, WITH_FALLBACK_SECONDS)
    return replace(own, fallback=_service(kind, fallback), first_byte=first_byte)


def _service(kind: Kind, chosen: Chosen) -> Service:
    """The settings' service with what is changed of it; no key goes to another host."""
    usual = settings.SERVICES[kind]
    provider = PROVIDERS[chosen.get("provider", usual.provider)]
    is_usual = provider.name == usual.provider
    url = chosen.get("base_url", usual.base_url if is_usual else provider.base_url)
    own = replace(
        usual,
        provider=provider.name,
        base_url=url,
        model=chosen.get("model", usual.model if is_usual else provider.models.get(kind, "")),
        options=tuple(sorted(chosen.get("options", {}).items())),
    )
    if _host(url) == _host(usual.base_url):
        return own
    return replace(own, api_key=PLACEHOLDER_KEY, offline=False)


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
