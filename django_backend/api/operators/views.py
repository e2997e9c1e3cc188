"""Operators: to sign in and out, to invite, to give a role, and to see what was changed."""

from __future__ import annotations

from common.faults import of_django
from django.core.exceptions import ValidationError
from django.http import Http404
from operators import accounts, audit
from operators.authentication import bearer, known_operator, only
from operators.models import Operator, Role
from operators.passes import SIGN_IN
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from visitors.rates import AddressRate, PasswordRate
from visitors.tokens import address_of
from voice_sessions.events import timestamp

from api import logins
from api.answers import ALWAYS, KNOWN, described
from api.fields import parsed
from api.operators.guarded import ForOperators
from api.problems import Problem, Refused

from . import answers

FAILS = (*ALWAYS, 403, 404, 503)
WRONG = Problem(401, "wrong_password", "The name or the password is not right.")


class SignInView(APIView):
    """Signing in, for the site's own server and for visitors."""

    throttle_classes = [AddressRate]

    @described(
        {200: answers.SignedIn},
        fails=(*KNOWN, 415),
        request=answers.SignInRequest,
        operation_id="operator_sign_in",
    )
    def post(self, request: Request) -> Response:
        """A pass for an operator, by name and password; as few tries as at /admin."""
        wanted = parsed(answers.SignInRequest, request.data)
        user = logins.signed_in(request._request, **wanted, address=_address(request))
        operator = accounts.operator_for(user) if user else None
        if operator is None:
            raise Refused(WRONG)
        return Response(answers.signed_in(operator, *accounts.sign_in(operator)))


class JoinView(APIView):
    """Becoming an operator."""

    throttle_classes = [AddressRate]

    @described(
        {201: answers.SignedIn},
        fails=(*KNOWN, 404, 409, 415),
        request=answers.JoinRequest,
        operation_id="operator_join",
    )
    def post(self, request: Request) -> Response:
        """Makes the operator whom a link invites, and signs them in; the link is used up."""
        wanted = parsed(answers.JoinRequest, request.data)
        try:
            with logins.one_password_at_a_time():
                operator = accounts.join(wanted["link"], wanted["username"], wanted["password"])
        except ValidationError as error:
            raise serializers.ValidationError({"password": of_django(error)}) from None
        return Response(answers.signed_in(operator, *accounts.sign_in(operator)), 201)


class OperatorsView(ForOperators):
    """All operators."""

    @described({200: answers.OperatorsAnswer}, fails=FAILS, operation_id="operators")
    @only(Role.OWNER)
    def get(self, request: Request) -> Response:
        """Who they are, the oldest first."""
        found = Operator.objects.select_related("user").order_by("created_at", "id")
        return Response({"operators": answers.OperatorAnswer(found, many=True).data})

    @described(
        {201: answers.Invited},
        fails=(*FAILS, 415),
        request=answers.RoleRequest,
        operation_id="invite_operator",
    )
    @only(Role.OWNER)
    def post(self, request: Request) -> Response:
        """A link that makes one operator of that role, once and within an hour."""
        role = Role(parsed(answers.RoleRequest, request.data)["role"])
        link, expires_at = accounts.invite(role, _name(request))
        return Response({"link": link, "role": role, "expires_at": timestamp(expires_at)}, 201)


class OperatorView(ForOperators):
    """One operator."""

    @described(
        {200: answers.OperatorAnswer},
        fails=(*FAILS, 409, 415),
        request=answers.RoleRequest,
        operation_id="change_operator",
    )
    @only(Role.OWNER)
    def patch(self, request: Request, operator_id: str) -> Response:
        """Gives another role; 409 `last_owner` where nobody would be left who may do that.

        With an ownership end the links and keys that its owner made.
        """
        role = Role(parsed(answers.RoleRequest, request.data)["role"])
        operator = _operator(operator_id)
        accounts.change_role(operator, role, _name(request))
        return Response(answers.OperatorAnswer(operator).data)

    @described({204: None}, fails=(*FAILS, 409), operation_id="remove_operator")
    @only(Role.OWNER)
    def delete(self, request: Request, operator_id: str) -> Response:
        """Ends all that they can do here, with links and keys of theirs; their name stays."""
        accounts.remove(_operator(operator_id), _name(request))
        return Response(status=204)


class MeView(ForOperators):
    """The operator who asks."""

    @described({200: answers.OperatorAnswer}, fails=FAILS, operation_id="operator_me")
    def get(self, request: Request) -> Response:
        """Their name and role."""
        return Response(answers.OperatorAnswer(known_operator(request)).data)


class PasswordView(ForOperators):
    """The password of the operator who asks."""

    throttle_classes = [AddressRate, PasswordRate]

    @described(
        {200: answers.SignedIn},
        fails=(*FAILS, 415, 429),
        request=answers.PasswordRequest,
        operation_id="change_password",
    )
    def post(self, request: Request) -> Response:
        """Changes it and signs out everywhere; the answer is a new pass for this place."""
        operator, wanted = known_operator(request), parsed(answers.PasswordRequest, request.data)
        try:
            with logins.one_password_at_a_time():
                accounts.change_password(operator, wanted["old"], wanted["new"])
        except ValidationError as error:
            raise serializers.ValidationError({"new": of_django(error)}) from None
        return Response(answers.signed_in(operator, *accounts.sign_in(operator)))


class SignOutView(ForOperators):
    """Where the operator who asks has signed in."""

    @described(
        {204: None},
        fails=FAILS,
        parameters=[answers.SignOutQuery],
        operation_id="operator_sign_out",
    )
    def delete(self, request: Request) -> Response:
        """Ends the pass that is sent, or with `everywhere` all of them."""
        operator = known_operator(request)
        if parsed(answers.SignOutQuery, request.query_params)["everywhere"]:
            accounts.sign_out_everywhere(operator)
        else:
            accounts.sign_out(bearer(request, SIGN_IN))
        return Response(status=204)


class AuditView(ForOperators):
    """What operators changed."""

    @described(
        {200: answers.AuditAnswer},
        fails=FAILS,
        parameters=[answers.AuditQuery],
        operation_id="audit",
    )
    @only(Role.OWNER)
    def get(self, request: Request) -> Response:
        """Who did what, newest first."""
        found, following = audit.entries(**parsed(answers.AuditQuery, request.query_params))
        entries = answers.AuditItem(found, many=True).data
        return Response({"entries": entries, "next": following})


def _operator(operator_id: str) -> Operator:
    found = Operator.objects.select_related("user").filter(id=operator_id).first()
    if found is None:
        raise Http404
    return found


def _name(request: Request) -> str:
    return str(known_operator(request).user.get_username())


def _address(request: Request) -> str:
    """Where the person is for whom the site's own server asks, "" where they ask themselves."""
    _scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_visitors = bool(token) and request.auth is None
    return address_of(token.strip()) if is_visitors else ""
