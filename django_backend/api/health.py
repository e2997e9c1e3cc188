"""Whether the process answers, and whether what it needs does."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from asgiref.sync import async_to_sync
from config.services import KINDS
from rest_framework import serializers
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
    throttle_classes,
)
from rest_framework.request import Request
from rest_framework.response import Response
from visitors.authentication import StaffAuthentication, for_staff, is_staff
from visitors.rates import TrialRate

from . import readiness
from .answers import ALWAYS, described
from .fields import parsed


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


class Seats(serializers.Serializer[Any]):
    """How many sessions there may be, how many more, and of how many workers (null: of none)."""

    all = serializers.IntegerField()
    free = serializers.IntegerField()
    workers = serializers.IntegerField(allow_null=True)


class TrialRequest(serializers.Serializer[Any]):
    """`POST /ready/services`"""

    service = serializers.ChoiceField(KINDS)


class Tried(serializers.Serializer[Any]):
    """How one real request to a service went: `reason` and `problem` are empty after a good one.

    The milliseconds are until the first word or sound, and of recognition until all of it.
    """

    service = serializers.ChoiceField(KINDS)
    milliseconds = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_blank=True)


class Ready(serializers.Serializer[Any]):
    """The answer to `GET /ready`; staff also learn which dependency does not answer."""

    status = serializers.ChoiceField(["ok", "unavailable"])
    speech = serializers.DictField(child=Service())
    checks = serializers.DictField(child=Dependency(), required=False)
    seats = Seats(required=False)


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


@for_staff
@described(
    {200: Tried},
    fails=(*ALWAYS, 404, 415),
    request=TrialRequest,
    operation_id="try_service",
    auth=[],
)
@api_view(["POST"])
@authentication_classes([StaffAuthentication])
@permission_classes([])
@throttle_classes([TrialRate])
def try_service(request: Request) -> Response:
    """Makes one real request to a service, which may cost; only for staff, others get 404."""
    kind = parsed(TrialRequest, request.data)["service"]
    from agent_manager.trial import try_out  # the heavy half, which backends without agents lack

    trial = async_to_sync(try_out)(kind)
    return Response({"service": kind, **asdict(trial)})
