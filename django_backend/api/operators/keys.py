"""Keys of programs: owners make and revoke them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from operators import keys
from operators.authentication import known_operator, name_of, only
from operators.models import ApiKey, Role
from rest_framework.request import Request
from rest_framework.response import Response

from api.answers import ALWAYS, described
from api.fields import parsed
from api.operators.guarded import ForOperators

from . import answers

FAILS = (*ALWAYS, 403, 404, 503)


class KeysView(ForOperators):
    """All keys."""

    @described({200: answers.KeysAnswer}, fails=FAILS, operation_id="api_keys")
    @only(Role.OWNER)
    def get(self, request: Request) -> Response:
        """The newest first, without their secrets."""
        found = ApiKey.objects.order_by("-made_at", "id")
        return Response({"keys": answers.KeyAnswer(found, many=True).data})

    @described(
        {201: answers.NewKeyAnswer},
        fails=(*FAILS, 409, 415),
        request=answers.KeyRequest,
        operation_id="make_api_key",
    )
    @only(Role.OWNER)
    def post(self, request: Request) -> Response:
        """A key for a program; its secret is in this answer and nowhere else."""
        wanted = parsed(answers.KeyRequest, request.data)
        days = wanted["days"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        by = name_of(known_operator(request))
        key, secret = keys.make(wanted["name"], wanted["scopes"], expires_at, by)
        return Response({**answers.KeyAnswer(key).data, "secret": secret}, 201)


class KeyView(ForOperators):
    """One key."""

    @described({204: None}, fails=FAILS, operation_id="revoke_api_key")
    @only(Role.OWNER)
    def delete(self, request: Request, key_id: str) -> Response:
        """Has nobody use it any more, at once; sessions that it started go on."""
        keys.revoke(key_id, name_of(known_operator(request)))
        return Response(status=204)
