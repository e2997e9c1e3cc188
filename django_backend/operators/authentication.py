"""The operator of a REST request: by the pass of the console, or signed in at /admin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import Http404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from operators.accounts import operator_for, operator_of
from operators.keys import check, key_of
from operators.models import ApiKey, Operator, Role
from operators.passes import API_KEY, SIGN_IN

MAY: dict[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset({Role.VIEWER, Role.EDITOR, Role.OWNER}),
    Role.EDITOR: frozenset({Role.EDITOR, Role.OWNER}),
    Role.OWNER: frozenset({Role.OWNER}),
}
"""Which roles may do what one role may."""
_View = TypeVar("_View", bound=Callable[..., Any])


class WrongRole(Exception):
    """The operator has signed in, and their role does not allow this."""


@dataclass(frozen=True)
class Program:
    """A program that asks with a key, as Django REST framework's user; it edits agents."""

    key: ApiKey
    is_authenticated: bool = True

    @property
    def role(self) -> Role:
        """What it may do of what operators may."""
        return Role.EDITOR if "agents" in self.key.scopes else Role.VIEWER

    def get_username(self) -> str:
        """Returns how the audit names it."""
        return f"key {self.key.name}"


class PassAuthentication(BaseAuthentication):
    """Sets `request.auth` to the Operator whose pass `Authorization: Bearer` holds."""

    def authenticate(self, request: Request) -> tuple[Any, Operator] | None:
        secret = bearer(request, SIGN_IN)
        operator = operator_of(secret) if secret else None
        return (operator.user, operator) if operator else None


class KeyAuthentication(BaseAuthentication):
    """Sets `request.user` to the Program whose key `Authorization: Bearer` holds.

    Its key has to be one for agents. Raises AuthenticationFailed and OutOfScope.
    """

    def authenticate(self, request: Request) -> tuple[Program, ApiKey] | None:
        secret = bearer(request, API_KEY)
        if not secret:
            return None
        key = key_of(secret)
        if key is None:
            raise AuthenticationFailed
        check(key, "agents", str(request.method))
        return Program(key), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class AdminAuthentication(SessionAuthentication):
    """Sets `request.auth` to the Operator signed in at /admin; writes need the form's own token."""

    def authenticate(self, request: Request) -> tuple[Any, Operator] | None:  # type: ignore[override]
        found = super().authenticate(request)
        operator = operator_for(found[0]) if found else None
        return (found[0], operator) if found and operator else None

    def authenticate_header(self, request: Request) -> str | None:  # type: ignore[override]
        return None


class PassScheme(OpenApiAuthenticationExtension):
    """How OpenAPI describes an operator's pass."""

    target_class = PassAuthentication
    name = "operator"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class AdminScheme(OpenApiAuthenticationExtension):
    """How OpenAPI describes an operator who has signed in at /admin."""

    target_class = AdminAuthentication
    name = "admin"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class KeyScheme(OpenApiAuthenticationExtension):
    """How OpenAPI describes a program's key."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


OPERATORS = [PassAuthentication, AdminAuthentication]
"""The ways in which an operator may be known."""
MAKERS = [*OPERATORS, KeyAuthentication]
"""The same where a program may make agents, too."""


def bearer(request: Request, kind: str) -> str:
    """Returns the secret of that kind that the request brings, "" without one."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    is_one = scheme.lower() == "bearer" and secret.strip().startswith(kind)
    return secret.strip() if is_one else ""


def operator(request: Request) -> Operator | None:
    """Returns the operator who asks, None where nobody has signed in as one."""
    return request.auth if isinstance(request.auth, Operator) else None


def known_operator(request: Request) -> Operator:
    """Returns the operator who asks, in a view that only operators reach."""
    found = operator(request)
    if found is None:
        raise Http404
    return found


def maker(request: Request) -> Operator | Program | None:
    """Returns the operator or the program that asks, None where it is neither."""
    return request.user if isinstance(request.user, Program) else operator(request)


def known_maker(request: Request) -> Operator | Program:
    """Returns the operator or the program that asks, in a view that only those reach."""
    found = maker(request)
    if found is None:
        raise Http404
    return found


def name_of(maker: Operator | Program) -> str:
    """Returns how the audit names who did something."""
    return str((maker.user if isinstance(maker, Operator) else maker).get_username())


def only(role: Role) -> Callable[[_View], _View]:
    """Returns a decorator that keeps a call to operators who may do what that role may.

    To everybody else it is the 404 of an unknown address; to operators of a lesser role a 403.
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
            if Role(known_maker(request).role) not in MAY[role]:
                raise WrongRole
            return view(self, request, *args, **kwargs)

        return cast(_View, guarded)

    return decorate
