"""`GET /local-voice`: what runs on this computer in place of other people's servers, and why."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from config.nearby import Nearby
from django.conf import settings
from django.http.request import split_domain_port
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from . import local_server
from .answers import ALWAYS, described

STATES = ("off", "unfit", "absent", "fetching", "loading", "ready", "failed")
NO_ANSWER = "The local voice does not answer. It may be starting; its lines in the log say more."


class Part(serializers.Serializer[Any]):
    """Ears or voice: which engine runs, and the code of why it is no better one."""

    engine = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class Head(serializers.Serializer[Any]):
    """The language model: its state, the code of why, how far it is fetched, and its places."""

    state = serializers.ChoiceField(STATES)
    reason = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    fetched_bytes = serializers.IntegerField()
    total_bytes = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True)
    slots = serializers.IntegerField()
    free_slots = serializers.IntegerField()
    own_file = serializers.BooleanField()


class NearbyServer(serializers.Serializer[Any]):
    """A language server that runs on this computer, and what would be set to use it."""

    name = serializers.CharField()
    base_url = serializers.CharField()
    model = serializers.CharField()


class LocalVoice(serializers.Serializer[Any]):
    """The answer to `GET /local-voice`; `problem` is a sentence where the server is silent.

    Parts of services that are not offline are null. `language` is the one that people are told to
    speak, empty where it is left open.
    """

    offline = serializers.ListField(child=serializers.ChoiceField(["stt", "llm", "tts"]))
    language = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_blank=True)
    ears = Part(allow_null=True)
    voice = Part(allow_null=True)
    head = Head(allow_null=True)
    nearby = NearbyServer(many=True)


@described({200: LocalVoice}, fails=ALWAYS)
@api_view(["GET", "HEAD"])
@authentication_classes([])
@permission_classes([])
def local_voice(request: Request) -> Response:
    """What runs offline here, told to everybody; `offline` is empty where nothing does.

    Which other language servers run on this computer is told to those who are at it alone.
    """
    offline = [kind for kind, service in settings.SERVICES.items() if service.offline]
    told = local_server.local.get() if offline else None
    found = local_server.search.found() if "llm" in offline and is_at_this_computer(request) else []
    return Response(
        {
            "offline": offline,
            "language": settings.STT_LANGUAGE,
            "problem": NO_ANSWER if offline and told is None else "",
            "ears": _part(told, "ears") if "stt" in offline else None,
            "voice": _part(told, "voice") if "tts" in offline else None,
            "head": _head(told) if "llm" in offline else None,
            "nearby": [_nearby(each) for each in found],
        }
    )


def is_at_this_computer(request: Request) -> bool:
    """Whether address and host name are both loopback; a proxy beside us has another host."""
    domain, _port = split_domain_port(request._request.get_host())
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and _is_loopback(domain)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _part(told: Mapping[str, Any] | None, name: str) -> dict[str, str] | None:
    part = (told or {}).get(name)
    if not isinstance(part, dict) or not isinstance(part.get("engine"), str):
        return None
    return {"engine": part["engine"], "reason": str(part.get("reason") or "")}


def _head(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    head = (told or {}).get("head")
    if not isinstance(head, dict) or head.get("state") not in STATES:
        return None
    fetched, total = _count(head, "fetched_bytes"), _count(head, "total_bytes")
    return {
        "state": head["state"],
        "reason": str(head.get("reason") or ""),
        "model": str(head.get("model") or ""),
        "fetched_bytes": fetched,
        "total_bytes": total,
        "percent": min(100, fetched * 100 // total) if total else None,
        "slots": _count(head, "slots"),
        "free_slots": _count(head, "free_slots"),
        "own_file": head.get("own_file") is True,
    }


def _count(head: Mapping[str, Any], name: str) -> int:
    value = head.get(name)
    return max(0, value) if isinstance(value, int) else 0


def _nearby(server: Nearby) -> dict[str, str]:
    return {"name": server.name, "base_url": server.base_url, "model": server.model}
