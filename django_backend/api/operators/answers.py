"""What REST takes and says about operators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from common.strict import StrictList, StrictText
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from operators.audit import AUDIT_LIMIT
from operators.keys import SCOPES
from operators.models import Operator, Role
from rest_framework import serializers
from voice_sessions.events import timestamp

from api.fields import Timestamp

PASSWORD_LENGTH = 256
USERNAME_LENGTH = 150


class Password(StrictText):
    """A password as it was typed, blanks and all."""

    def __init__(self) -> None:
        super().__init__(max_length=PASSWORD_LENGTH, trim_whitespace=False)


class Username(StrictText):
    """The name by which an operator signs in, in one of the forms in which it may be typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=USERNAME_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return str(User.normalize_username(super().to_internal_value(data)))


class SignInRequest(serializers.Serializer[Any]):
    """`POST /operators/sign-in`"""

    username = Username()
    password = Password()


class JoinRequest(serializers.Serializer[Any]):
    """`POST /operators/join`: what follows the # of the link, and who one wants to be."""

    link = StrictText(max_length=100)
    username = Username(validators=[UnicodeUsernameValidator(code="username_signs")])
    password = Password()


class RoleRequest(serializers.Serializer[Any]):
    """`POST /operators` and `PATCH /operators/{id}`"""

    role = serializers.ChoiceField(Role.choices)


class PasswordRequest(serializers.Serializer[Any]):
    """`POST /operators/me/password`"""

    old = Password()
    new = Password()


class SignOutQuery(serializers.Serializer[Any]):
    """`DELETE /operators/me/sign-in?everywhere=`"""

    everywhere = serializers.BooleanField(required=False, default=False)


class OperatorAnswer(serializers.Serializer[Any]):
    """An operator."""

    id = serializers.CharField()
    username = serializers.CharField(source="user.get_username")
    role = serializers.ChoiceField(Role.choices)
    created_at = Timestamp()


class OperatorsAnswer(serializers.Serializer[Any]):
    """The answer to `GET /operators`."""

    operators = OperatorAnswer(many=True)


class SignedIn(serializers.Serializer[Any]):
    """An operator who has signed in: `token` is what `Authorization: Bearer` takes."""

    token = serializers.CharField()
    expires_at = serializers.CharField()
    operator = OperatorAnswer()


class Invited(serializers.Serializer[Any]):
    """A link's secret, shown once: it belongs after the # of `/console/join`."""

    link = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    expires_at = serializers.CharField()


class AuditQuery(serializers.Serializer[Any]):
    """`GET /audit?before=&limit=`"""

    before = serializers.IntegerField(required=False, default=None, min_value=1)
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=AUDIT_LIMIT)


class AuditItem(serializers.Serializer[Any]):
    """One change: who did what, to what."""

    at = Timestamp()
    by = serializers.CharField()
    action = serializers.CharField()
    subject = serializers.CharField()
    facts = serializers.DictField()


class AuditAnswer(serializers.Serializer[Any]):
    """The answer to `GET /audit`, newest first."""

    entries = AuditItem(many=True)
    next = serializers.IntegerField(allow_null=True)


class Scopes(StrictList):
    """What a program may do: one thing at least."""

    codes = {**StrictList.codes, "min_length": "no_scopes"}
    default_error_messages = {"min_length": "Choose at least one of: " + ", ".join(SCOPES) + "."}

    def __init__(self) -> None:
        child = serializers.ChoiceField(SCOPES)
        super().__init__(child=child, min_length=1, max_length=len(SCOPES))


class KeyRequest(serializers.Serializer[Any]):
    """`POST /api-keys`: what it is for, what it may do, and for how many days (null for ever)."""

    name = StrictText(max_length=80)
    scopes = Scopes()
    days = serializers.IntegerField(
        min_value=1, max_value=3650, required=False, default=None, allow_null=True
    )


class KeyAnswer(serializers.Serializer[Any]):
    """A key; `ending` are the last characters of its secret, which nobody sees again."""

    id = serializers.CharField()
    name = serializers.CharField()
    ending = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES))
    made_by = serializers.CharField()
    made_at = Timestamp()
    expires_at = Timestamp(allow_null=True)
    used_at = Timestamp(allow_null=True)


class KeysAnswer(serializers.Serializer[Any]):
    """The answer to `GET /api-keys`."""

    keys = KeyAnswer(many=True)


class NewKeyAnswer(KeyAnswer):
    """A new key with its secret, which is shown once."""

    secret = serializers.CharField()


def signed_in(operator: Operator, token: str, expires_at: datetime) -> dict[str, Any]:
    """Returns the answer to whoever has just signed in."""
    shown = OperatorAnswer(operator).data
    return {"token": token, "expires_at": timestamp(expires_at), "operator": shown}
