"""Which providers an agent's services may have."""

from __future__ import annotations

from typing import Any

from config.providers.kinds import Option, Provider
from config.providers.registry import PROVIDERS, is_installed
from config.services import KINDS
from django.conf import settings
from operators.authentication import only
from operators.models import Role
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.answers import ALWAYS, described
from api.operators.guarded import ForMakers


class OptionAnswer(serializers.Serializer[Any]):
    """A field that only this provider has, for these services; numbers lie between two others."""

    name = serializers.CharField()
    help = serializers.CharField()
    kind = serializers.ChoiceField(["text", "number", "flag"])
    services = serializers.ListField(child=serializers.ChoiceField(KINDS))
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)


class ProviderAnswer(serializers.Serializer[Any]):
    """One provider. `models` are its default models by service; one without a `base_url` needs it.

    Where it is not `installed`, `command` installs it. `voice` is its default voice, and `rates`
    the slowest and the fastest pace of its voices.
    """

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    base_url = serializers.CharField(allow_blank=True)
    models = serializers.DictField(child=serializers.CharField())
    voice = serializers.CharField(allow_blank=True)
    rates = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    installed = serializers.BooleanField()
    command = serializers.CharField(allow_blank=True)
    options = OptionAnswer(many=True)


class ProvidersAnswer(serializers.Serializer[Any]):
    """All providers, and by service the name of the settings' own."""

    providers = ProviderAnswer(many=True)
    usual = serializers.DictField(child=serializers.CharField())


class ProvidersView(ForMakers):
    """The providers."""

    @described({200: ProvidersAnswer}, fails=(*ALWAYS, 403, 404), operation_id="providers")
    @only(Role.VIEWER)
    def get(self, request: Request) -> Response:
        """Every provider that agents may choose, also those that are not installed here."""
        usual = {kind: service.provider for kind, service in settings.SERVICES.items()}
        return Response({"providers": [_told(each) for each in PROVIDERS.values()], "usual": usual})


def _told(provider: Provider) -> dict[str, Any]:
    installed = is_installed(provider)
    return {
        "name": provider.name,
        "label": provider.label,
        "help": provider.help,
        "base_url": provider.base_url,
        "models": dict(provider.models),
        "voice": provider.voice,
        "rates": list(provider.rates) if provider.rates else None,
        "installed": installed,
        "command": "" if installed else provider.command,
        "options": [_option(each) for each in provider.options],
    }


def _option(option: Option) -> dict[str, Any]:
    is_number = option.kind == "number"
    return {
        "name": option.name,
        "help": option.help,
        "kind": option.kind,
        "services": list(option.kinds),
        "least": option.least if is_number else None,
        "most": option.most if is_number else None,
    }
