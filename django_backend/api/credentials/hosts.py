"""Hosts that owners allow in spite of their private addresses."""

from __future__ import annotations

from operators.authentication import known_operator, name_of, only
from operators.models import Role
from outgoing import hosts
from outgoing.models import AllowedHost
from rest_framework.request import Request
from rest_framework.response import Response

from api.answers import ALWAYS, described
from api.fields import parsed
from api.operators.guarded import ForOperators

from . import answers

FAILS = (*ALWAYS, 403, 404, 503)


class AllowedHostsView(ForOperators):
    """All hosts that are allowed."""

    @described({200: answers.HostsAnswer}, fails=FAILS, operation_id="allowed_hosts")
    @only(Role.OWNER)
    def get(self, request: Request) -> Response:
        """Those that tools, webhooks and services of agents may reach at private addresses."""
        found = AllowedHost.objects.order_by("host", "port")
        return Response({"hosts": answers.HostAnswer(found, many=True).data})

    @described(
        {201: answers.HostAnswer},
        fails=(*FAILS, 409, 415),
        request=answers.HostRequest,
        operation_id="allow_host",
    )
    @only(Role.OWNER)
    def post(self, request: Request) -> Response:
        """Lets requests reach a host at loopback or in a private network, from now on."""
        wanted = parsed(answers.HostRequest, request.data)
        by = name_of(known_operator(request))
        made = hosts.allow(wanted["host"], wanted["port"], by)
        return Response(answers.HostAnswer(made).data, 201)


class AllowedHostView(ForOperators):
    """One of them."""

    @described({204: None}, fails=FAILS, operation_id="disallow_host")
    @only(Role.OWNER)
    def delete(self, request: Request, host_id: str) -> Response:
        """Has no new connection reach it any more."""
        hosts.disallow(host_id, name_of(known_operator(request)))
        return Response(status=204)
