"""What is stored of a secret can be read with the right key and for its purpose alone."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from outgoing.models import AllowedHost
from vault import rotation, sealing
from vault.sealing import NoKey, Unreadable, seal, seal_anew, unseal

CANARY = "canary-0123456789"
OLD, NEW = "old-" + "o" * 40, "new-" + "n" * 40


@pytest.fixture
def column(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One column of sealed texts: any text field of a model does."""
    monkeypatch.setattr(sealing, "_columns", {})
    sealing.register(AllowedHost, "made_by", lambda row: f"test {row.host}")
    yield


def test_a_secret_is_read_for_its_purpose_alone() -> None:
    sealed = seal(CANARY, "credential https://a.example")
    assert CANARY not in sealed and sealed != seal(CANARY, "credential https://a.example")
    assert unseal(sealed, "credential https://a.example").reveal() == CANARY
    for other in ("credential https://b.example", "webhook", ""):
        with pytest.raises(Unreadable):
            unseal(sealed, other)
    for broken in ("", "nothing", sealed[:-2], sealed[:-1] + "A", "ä"):
        with pytest.raises(Unreadable):
            unseal(broken, "credential https://a.example")


def test_the_first_key_seals_and_all_unseal(settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [OLD]
    sealed = seal(CANARY, "p")
    settings.CREDENTIALS_KEYS = [NEW, OLD]
    assert unseal(sealed, "p").reveal() == CANARY
    anew = seal_anew(sealed, "p")
    settings.CREDENTIALS_KEYS = [NEW]
    assert unseal(anew, "p").reveal() == CANARY
    with pytest.raises(Unreadable):
        unseal(sealed, "p")
    with pytest.raises(Unreadable):
        seal_anew(sealed, "p")


def test_without_a_key_nothing_is_sealed_and_what_is_stored_is_unreadable(settings: Any) -> None:
    sealed = seal(CANARY, "p")
    settings.CREDENTIALS_KEYS = []
    with pytest.raises(NoKey, match="CREDENTIALS_KEY"):
        seal(CANARY, "p")
    with pytest.raises(Unreadable):
        unseal(sealed, "p")


def test_the_command_seals_everything_with_the_first_key(
    record: None, column: None, settings: Any
) -> None:
    settings.CREDENTIALS_KEYS = [OLD]
    rows = {"a.example": seal(CANARY, "test a.example"), "b.example": seal("b", "test b.example")}
    for host, sealed in rows.items():
        AllowedHost.objects.create(host=host, made_by=sealed)
    AllowedHost.objects.create(host="none.example", made_by="")
    settings.CREDENTIALS_KEYS = [NEW, OLD]
    out = StringIO()
    call_command("rotatecredentials", stdout=out)
    assert out.getvalue() == "2 sealed with the first key.\n"
    settings.CREDENTIALS_KEYS = [NEW]
    found = AllowedHost.objects.get(host="a.example").made_by
    assert unseal(found, "test a.example").reveal() == CANARY
    assert AllowedHost.objects.get(host="none.example").made_by == ""


def test_what_is_entered_meanwhile_stays(
    record: None, column: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    AllowedHost.objects.create(host="a.example", made_by=seal("before", "test a.example"))
    newer = seal(CANARY, "test a.example")

    def meanwhile(sealed: str, purpose: str) -> str:
        AllowedHost.objects.update(made_by=newer)
        return seal_anew(sealed, purpose)

    monkeypatch.setattr(rotation, "seal_anew", meanwhile)
    assert rotation.rotate().count == 0
    assert AllowedHost.objects.get().made_by == newer


def test_the_command_names_what_it_cannot_read_and_leaves_it(
    record: None, column: None, settings: Any
) -> None:
    sealed = seal(CANARY, "test elsewhere.example")
    row = AllowedHost.objects.create(host="moved.example", made_by=sealed)
    with pytest.raises(CommandError, match=f"allowedhost {row.id}"):
        call_command("rotatecredentials", stdout=StringIO())
    assert AllowedHost.objects.get(id=row.id).made_by == sealed
    settings.CREDENTIALS_KEYS = []
    with pytest.raises(CommandError, match="CREDENTIALS_KEY is not set"):
        call_command("rotatecredentials", stdout=StringIO())
