"""What is changed of operators outside the console: noted, and passes end with their passwords."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from operators import accounts
from operators.models import AuditEntry, Role

PASSWORD = "a long word of 2026"
NEW = "another long word of 2026"


@pytest.fixture
def root(record: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1000)
    yield User.objects.create_superuser("root", password=PASSWORD)
    LogEntry.objects.all().delete()
    User.objects.all().delete()


def noted() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.order_by("id")
    return [(each.by, each.action, each.subject) for each in entries]


def signed_in(user: User) -> str:
    """The secret of a pass of this owner's."""
    owner = accounts.operator_for(user)
    assert owner is not None
    return accounts.sign_in(owner)[0]


def test_a_user_who_is_changed_at_admin_is_in_the_audit(root: User) -> None:
    browser = Client()
    browser.force_login(root)
    fields = {"username": "eve", "password1": NEW, "password2": NEW, "usable_password": "true"}
    assert browser.post("/admin/auth/user/add/", fields).status_code == 302
    eve = User.objects.get(username="eve")
    other = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    browser.post(f"/admin/auth/user/{eve.pk}/password/", other)
    browser.post(f"/admin/auth/user/{eve.pk}/delete/", {"post": "yes"})
    assert noted() == [
        ("root", "admin.added", "user eve"),
        ("root", "admin.changed", "user eve"),
        ("root", "admin.deleted", "user eve"),
    ]


def test_who_becomes_an_owner_and_who_is_none_any_more_is_in_the_audit(root: User) -> None:
    secret = signed_in(root)
    User.objects.update(is_superuser=False)
    for _ in range(2):
        known = accounts.operator_of(secret)
        assert known is not None and known.role == Role.VIEWER
    assert noted() == [
        ("root", "operator.joined", "root"),
        ("/admin", "operator.role_changed", "root"),
    ]


def test_a_new_password_ends_every_pass_wherever_it_is_set(
    root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client()
    browser.force_login(root)
    own = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    of_other = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    for path, fields in (
        ("/admin/password_change/", own),
        (f"/admin/auth/user/{root.pk}/password/", of_other),
    ):
        secret = signed_in(root)
        root.save()
        assert accounts.operator_of(secret), "nothing about the password was changed"
        assert browser.post(path, fields).status_code == 302
        assert accounts.operator_of(secret) is None, path
        root.refresh_from_db()
    secret = signed_in(root)
    monkeypatch.setattr("getpass.getpass", lambda **_: NEW)
    call_command("changepassword", "root")
    assert accounts.operator_of(secret) is None


def test_signing_out_everywhere_is_in_the_audit(root: User) -> None:
    owner = accounts.operator_for(root)
    assert owner is not None
    accounts.sign_out_everywhere(owner)
    assert noted()[-1] == ("root", "operator.signed_out_everywhere", "root")
