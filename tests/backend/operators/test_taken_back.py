"""What ends with a role or a password, and guesses that an account must not buy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from operators import accounts, keys
from operators.models import ApiKey, AuditEntry, Invitation, Operator, Role, SignIn
from visitors.rates import PASSWORDS_PER_HOUR

PASSWORD = "a long word of 2026"
Change = Callable[[Operator], Any]


def by_removal(operator: Operator) -> None:
    accounts.remove(operator, "root")


def by_another_role(operator: Operator) -> None:
    accounts.change_role(operator, Role.EDITOR, "root")


def at_admin(operator: Operator) -> None:
    operator.user.is_superuser = False
    operator.user.save()


def by_deactivation(operator: Operator) -> None:
    operator.user.is_active = False
    operator.user.save()


@pytest.fixture
def owner(record: None) -> Any:
    """An owner beside another one."""
    for name in ("ada", "root"):
        user = User.objects.create_superuser(name, password=PASSWORD)
        Operator.objects.create(user=user, role=Role.OWNER)
    yield Operator.objects.select_related("user").get(user__username="ada")
    User.objects.all().delete()
    AccessAttempt.objects.all().delete()


@pytest.mark.parametrize("change", [by_removal, by_another_role, at_admin, by_deactivation])
def test_links_and_keys_end_with_the_ownership_of_who_made_them(
    owner: Operator, change: Change
) -> None:
    link, _until = accounts.invite(Role.OWNER, "ada")
    _of_root, _until = accounts.invite(Role.VIEWER, "root")
    _key, secret = keys.make("shop", ["agents"], None, "ada")
    _key, kept = keys.make("other", ["read"], None, "root")
    change(owner)
    with pytest.raises(accounts.LinkUsed):
        accounts.join(link, "eve", "a word that nobody guesses")
    assert keys.key_of(secret) is None and not User.objects.filter(username="eve").exists()
    assert keys.key_of(kept) is not None and Invitation.objects.get().made_by == "root"
    assert AuditEntry.objects.filter(action="key.revoked").count() == 1


def test_what_is_no_loss_of_ownership_takes_nothing(owner: Operator) -> None:
    accounts.invite(Role.VIEWER, "ada")
    keys.make("shop", ["agents"], None, "ada")
    owner.user.email = "ada@example.com"
    owner.user.save()
    accounts.change_role(owner, Role.OWNER, "root")
    assert (ApiKey.objects.count(), Invitation.objects.count()) == (1, 1)


def test_a_password_that_is_changed_at_admin_ends_the_passes(owner: Operator) -> None:
    secret, _until = accounts.sign_in(owner)
    owner.user.save()
    assert accounts.operator_of(secret) is not None
    owner.user.set_password("another long word of 2026")
    owner.user.save()
    assert accounts.operator_of(secret) is None and not SignIn.objects.exists()


def test_signing_out_everywhere_ends_admin_too(owner: Operator) -> None:
    browsers = {name: Client() for name in ("ada", "root")}
    for name, browser in browsers.items():
        browser.force_login(User.objects.get(username=name))
    accounts.sign_out_everywhere(owner)
    left = {each.get_decoded()["_auth_user_id"] for each in Session.objects.all()}
    assert str(owner.user_id) not in left
    assert str(User.objects.get(username="root").pk) in left


async def test_passwords_are_not_guessed_with_a_pass(operated: Any) -> None:
    client: httpx.AsyncClient = await operated(Role.VIEWER)
    other: httpx.AsyncClient = await operated(Role.EDITOR)
    body = {"old": "no", "new": "a word that nobody guesses"}
    answers = [
        (await client.post("/operators/me/password", json=body)).status_code
        for _ in range(PASSWORDS_PER_HOUR + 1)
    ]
    assert answers == [400] * PASSWORDS_PER_HOUR + [429]
    assert (await other.post("/operators/me/password", json=body)).status_code == 400


async def test_an_account_of_ones_own_buys_no_guesses_of_anothers(
    browser: Any, owner: Operator
) -> None:
    await sync_to_async(User.objects.create_superuser)("eve", password=PASSWORD)
    client: httpx.AsyncClient = browser()

    async def sign_in(name: str, password: str) -> int:
        body = {"username": name, "password": password}
        return (await client.post("/operators/sign-in", json=body)).status_code

    assert [await sign_in("root", f"guess {n}") for n in range(4)] == [401] * 4
    assert await sign_in("eve", PASSWORD) == 200
    await sign_in("root", "guess 5")
    assert await sign_in("root", PASSWORD) == 429


async def test_ones_own_wrong_passwords_are_forgotten_by_the_right_one(
    browser: Any, owner: Operator
) -> None:
    client: httpx.AsyncClient = browser()
    for _time in range(3):
        for password, status in (("no", 401), ("no", 401), (PASSWORD, 200)):
            body = {"username": "ada", "password": password}
            assert (await client.post("/operators/sign-in", json=body)).status_code == status
