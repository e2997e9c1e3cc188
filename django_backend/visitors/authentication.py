"""The visitor of a REST request, from its bearer token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from common.faults import fault
from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from operators.authentication import bearer
from operators.keys import check, key_of
from operators.keys import visitor_of as visitor_of_key
from operators.models import ApiKey
from operators.passes import API_KEY
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from visitors.tokens import BadToken, visitor_of

MOST_OF_A_NAME = 200
View = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class Visitor:
    """Somebody with a visitor token, as Django REST framework's user."""

    id: str
    is_authenticated: bool = True


def visitor(request: Request) -> str:
    """Returns the id of the visitor who asks; raises NotAuthenticated without one."""
    if not isinstance(request.user, Visitor):
        raise NotAuthenticated
    return request.user.id


def is_staff(request: HttpRequest | Request) -> bool:
    """Returns whether somebody of the staff asks, signed in at /admin; in development everybody.

    Whoever asks under a host name that is not ours is none: it may be another site's page.
    """
    if not getattr(request, "scope", {}).get("host_allowed", True):
        return False
    return settings.DEVELOPMENT or bool(getattr(request.user, "is_staff", False))


def for_staff(view: View) -> View:
    """Hides a view from everybody else, who gets the 404 of an unknown address."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        if not is_staff(request):
            raise Http404
        return view(request)

    return guarded


class StaffAuthentication(BaseAuthentication):
    """Sets `request.user` to whoever has signed in at /admin.

    There is no CSRF check, so it is for reading, and for what takes JSON: browsers send that from
    another site's page only after asking whether they may.
    """

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = request._request.user
        return (user, None) if user.is_authenticated else None


class VisitorAuthentication(BaseAuthentication):
    """Sets `request.user` to the Visitor whom `Authorization: Bearer` names; 401 when it is bad.

    With a program's key it is a person of the program's own, and `request.auth` is the key.
    """

    def authenticate(self, request: Request) -> tuple[Visitor, ApiKey | None] | None:
        if secret := bearer(request, API_KEY):
            return _person_of_program(request, secret)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            if scheme and scheme.lower() != "bearer":
                raise BadToken
            return Visitor(visitor_of(token.strip() if scheme else None)), None
        except BadToken as error:
            if scheme:
                raise AuthenticationFailed from error
            return None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _person_of_program(request: Request, secret: str) -> tuple[Visitor, ApiKey]:
    """The person whom a program names as `visitor`, in the address or in the body.

    Raises AuthenticationFailed, OutOfScope, and ValidationError where it names nobody.
    """
    key = key_of(secret)
    if key is None:
        raise AuthenticationFailed
    check(key, "sessions", str(request.method))
    body = request.data if isinstance(request.data, dict) else {}
    name = request.query_params.get("visitor") or body.get("visitor")
    if not isinstance(name, str) or not 0 < len(name) <= MOST_OF_A_NAME:
        sentence = "Say for whom, by a name of your own of at most {limit} characters."
        raise ValidationError({"visitor": [fault("no_visitor", sentence, limit=MOST_OF_A_NAME)]})
    return Visitor(visitor_of_key(key, name)), key


class VisitorTokenScheme(OpenApiAuthenticationExtension):
    """How OpenAPI describes a visitor's token."""

    target_class = VisitorAuthentication
    name = "visitor"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class StaffScheme(OpenApiAuthenticationExtension):
    """How OpenAPI describes somebody of the staff who has signed in at /admin."""

    target_class = StaffAuthentication
    name = "staff"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class HasVisitor(BasePermission):
    """Refuses everybody but visitors with a 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Visitor)
