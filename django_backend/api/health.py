"""Whether the process answers, and whether what it needs does."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from visitors.authentication import StaffAuthentication, is_staff

from . import readiness
from .answers import ALWAYS, described


class Health(serializers.Serializer[Any]):
    """The answer to `GET /health`."""

    status = serializers.ChoiceField(["ok"])


class Service(serializers.Serializer[Any]):
    """One speech service; staff also learn its status."""

    offline = serializers.BooleanField()
    status = serializers.ChoiceField(["ok", "unreachable", "refused"], required=False)


class Dependency(serializers.Serializer[Any]):
    """Something without which there is no session, and the kind of error with which it failed."""

    status = serializers.ChoiceField(["ok", "unreachable"])
    error = serializers.CharField(required=False)


class Ready(serializers.Serializer[Any]):
    """The answer to `GET /ready`; staff also learn which dependency does not answer."""

    status = serializers.ChoiceField(["ok", "unavailable"])
    speech = serializers.DictField(child=Service())
    checks = serializers.DictField(child=Dependency(), required=False)


@described({200: Health}, fails=ALWAYS)
@api_view(["GET", "HEAD"])
@authentication_classes([])
@permission_classes([])
def health(_request: Request) -> Response:
    """Says that the process answers; touches nothing."""
    return Response({"status": "ok"})


@described({200: Ready, 503: Ready}, fails=(*ALWAYS, 503), auth=[])
@api_view(["GET", "HEAD"])
@authentication_classes([StaffAuthentication])
@permission_classes([])
def ready(request: Request) -> Response:
    """200, or 503 when a dependency that is needed does not answer; staff see which."""
    ask = readiness.report if is_staff(request) else readiness.brief
    report = async_to_sync(ask)()
    return Response(report, 200 if report["status"] == readiness.OK else 503)
