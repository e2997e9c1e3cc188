"""The visitor of a REST request, from its bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from visitors.tokens import BadToken, visitor_of


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


class StaffAuthentication(BaseAuthentication):
    """Sets `request.user` to whoever has signed in at /admin. Only for reading: no CSRF check."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = request._request.user
        return (user, None) if user.is_authenticated else None


class VisitorAuthentication(BaseAuthentication):
    """Sets `request.user` to the Visitor whom `Authorization: Bearer` names; 401 when it is bad."""

    def authenticate(self, request: Request) -> tuple[Visitor, None] | None:
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


class VisitorTokenScheme(OpenApiAuthenticationExtension):
    """How OpenAPI describes a visitor's token."""

    target_class = VisitorAuthentication
    name = "visitor"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class HasVisitor(BasePermission):
    """Refuses everybody but visitors with a 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Visitor)
