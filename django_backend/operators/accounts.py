"""Every change of operators: invited, joined, signed in and out, given another role, removed."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from operators import keys
from operators.audit import note
from operators.models import ApiKey, Invitation, Operator, Role, SignIn
from operators.passes import LINK, SIGN_IN, hash_of, new_pass

log = structlog.get_logger(__name__)
LINK_LASTS = timedelta(hours=1)
SIGN_IN_LASTS = timedelta(hours=12)
"""After which an operator who did nothing has to sign in again; what they do begins it anew."""
MOST_DAYS = timedelta(days=14)
"""After which they have to in any case."""
SEEN_EVERY = timedelta(minutes=5)
ADMIN = "/admin"
"""Whom the audit names where a user was made a superuser, or is one no more."""
MOST_SIGN_INS = 20
"""Of one operator; the oldest one makes room."""


class LinkUsed(Exception):
    """The link was used, has expired, or never was one."""


class NameTaken(Exception):
    """Somebody has this name already."""


class LastOwner(Exception):
    """Nobody would be left who may do everything."""


class WrongPassword(Exception):
    """The old password is another one."""


def has_owner() -> bool:
    """Returns whether there is somebody who may do everything, also a superuser of Django's."""
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def invite(role: Role, by: str) -> tuple[str, datetime]:
    """Returns a link's secret, good once, and until when."""
    secret, expires_at = new_pass(LINK), timezone.now() + LINK_LASTS
    with transaction.atomic():
        Invitation.objects.filter(expires_at__lt=timezone.now()).delete()
        Invitation.objects.create(
            token_hash=hash_of(secret), role=role, made_by=by, expires_at=expires_at
        )
        note(by, "operator.invited", role=role)
    log.info("operator_invited", role=role)
    return secret, expires_at


def join(secret: str, username: str, password: str) -> Operator:
    """Returns the operator whom a link makes.

    Raises LinkUsed, NameTaken, and ValidationError for a password that is too easily guessed.
    """
    user = User(username=username)
    if not _invitation(secret):
        raise LinkUsed
    validate_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            role = _used(secret)
            user.is_staff = user.is_superuser = role == Role.OWNER
            user.save()
            operator = Operator.objects.create(user=user, role=role)
            note(username, "operator.joined", username, role=role)
    except IntegrityError:
        raise NameTaken(username) from None
    log.info("operator_joined", operator=operator.id, role=role)
    return operator


def sign_in(operator: Operator) -> tuple[str, datetime]:
    """Returns the secret of a new pass of the operator's, and when it ends without being used."""
    secret, now = new_pass(SIGN_IN), timezone.now()
    made = SignIn.objects.create(
        operator=operator, token_hash=hash_of(secret), expires_at=now + SIGN_IN_LASTS
    )
    going_on = operator.sign_ins.filter(expires_at__gte=now).order_by("-made_at", "-id")
    kept = list(going_on.values_list("id", flat=True)[:MOST_SIGN_INS])
    operator.sign_ins.exclude(id__in=kept).delete()
    log.info("operator_signed_in", operator=operator.id)
    return secret, made.expires_at


def operator_of(secret: str) -> Operator | None:
    """Returns whose pass that is, None where it is nobody's any more; using it renews it."""
    found = SignIn.objects.filter(token_hash=hash_of(secret), expires_at__gt=timezone.now())
    known = found.select_related("operator__user").first()
    if known is None or not known.operator.user.is_active:
        return None
    _renew(known)
    return _in_step(known.operator)


def operator_for(user: AbstractBaseUser) -> Operator | None:
    """Returns the user's place among the operators; a superuser without one becomes an owner."""
    if not user.is_active:
        return None
    known = Operator.objects.select_related("user").filter(user_id=user.pk).first()
    if known is None and getattr(user, "is_superuser", False):
        known = _new_owner(user)
    return _in_step(known) if known else None


def sign_out(secret: str) -> None:
    """Ends one pass."""
    SignIn.objects.filter(token_hash=hash_of(secret)).delete()


def sign_out_everywhere(operator: Operator) -> None:
    """Ends all passes of the operator's, and where they have signed in at /admin."""
    name = operator.user.get_username()
    with transaction.atomic():
        operator.sign_ins.all().delete()
        _end_at_admin(operator)
        note(name, "operator.signed_out_everywhere", name)
    log.info("operator_signed_out_everywhere", operator=operator.id)


def change_password(operator: Operator, old: str, new: str) -> None:
    """Has the operator sign in with another password, everywhere anew, also at /admin.

    Raises WrongPassword and ValidationError.
    """
    user = operator.user
    if not user.check_password(old):
        raise WrongPassword
    validate_password(new, user)
    user.set_password(new)
    with transaction.atomic():
        user.save(update_fields=["password"])  # which ends all passes: see `watching`
        note(user.get_username(), "operator.password_changed", user.get_username())
    log.info("operator_password_changed", operator=operator.id)


def change_role(operator: Operator, role: Role, by: str) -> None:
    """Gives the operator another role; raises LastOwner."""
    with transaction.atomic():
        _keep_an_owner(operator, role)
        operator.role = role
        operator.save(update_fields=["role"])
        if role != Role.OWNER:
            take_back(operator.user.get_username(), by)
        operator.user.is_staff = operator.user.is_superuser = role == Role.OWNER
        operator.user.save(update_fields=["is_staff", "is_superuser"])
        note(by, "operator.role_changed", operator.user.get_username(), role=role)
    log.info("operator_role_changed", operator=operator.id, role=role)


def remove(operator: Operator, by: str) -> None:
    """Takes everything from the operator, whose name stays with what they did; raises LastOwner."""
    with transaction.atomic():
        _keep_an_owner(operator, None)
        take_back(operator.user.get_username(), by)
        operator.user.is_active = operator.user.is_staff = operator.user.is_superuser = False
        operator.user.save(update_fields=["is_active", "is_staff", "is_superuser"])
        note(by, "operator.removed", operator.user.get_username())
        operator.delete()
    log.info("operator_removed", operator=operator.id)


def _end_at_admin(operator: Operator) -> None:
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(operator.user_id):
            session.delete()


def take_back(username: str, by: str) -> None:
    """Ends the links and keys that somebody made who is no owner any more: they may know them."""
    Invitation.objects.filter(made_by=username).delete()
    for key in ApiKey.objects.filter(made_by=username):
        keys.revoke(key.id, by)


def _invitation(secret: str) -> Invitation | None:
    open_ones = Invitation.objects.filter(expires_at__gt=timezone.now())
    return open_ones.filter(token_hash=hash_of(secret)).first()


def _used(secret: str) -> Role:
    """The role that the link gives, which is used up from now on: of two at once one gets it."""
    invitation = _invitation(secret)
    if invitation is None:
        raise LinkUsed
    deleted, _by_model = Invitation.objects.filter(id=invitation.id).delete()
    if not deleted:
        raise LinkUsed
    return Role(invitation.role)


def _new_owner(user: AbstractBaseUser) -> Operator:
    """A superuser's place among the operators, who was made at /admin or by a command."""
    with transaction.atomic():
        made, is_new = Operator.objects.get_or_create(
            user_id=user.pk, defaults={"role": Role.OWNER}
        )
        if is_new:
            note(user.get_username(), "operator.joined", user.get_username(), role=Role.OWNER)
    return made


def _in_step(operator: Operator) -> Operator:
    """The operator as Django's user is now, who may have been changed at /admin."""
    is_owner = operator.role == Role.OWNER
    if operator.user.is_superuser == is_owner:
        return operator
    before, operator.role = operator.role, Role.VIEWER if is_owner else Role.OWNER
    with transaction.atomic():
        known = Operator.objects.filter(pk=operator.pk, role=before)
        if known.update(role=operator.role):
            note(ADMIN, "operator.role_changed", operator.user.get_username(), role=operator.role)
    return operator


def _renew(known: SignIn) -> None:
    now = timezone.now()
    if now - known.seen_at < SEEN_EVERY:
        return
    until = min(now + SIGN_IN_LASTS, known.made_at + MOST_DAYS)
    SignIn.objects.filter(id=known.id).update(seen_at=now, expires_at=until)


def _keep_an_owner(operator: Operator, role: Role | None) -> None:
    """Raises LastOwner where the operator is the only one; two who leave at once wait here."""
    owners = Operator.objects.select_for_update().filter(role=Role.OWNER, user__is_active=True)
    others = [each for each in owners if each.pk != operator.pk]
    if operator.role == Role.OWNER and role != Role.OWNER and not others:
        raise LastOwner
