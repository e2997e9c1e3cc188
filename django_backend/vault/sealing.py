"""Secrets as they are stored: sealed with a key of their own, each for one purpose.

`CREDENTIALS_KEY` is the key, or several: the first seals, all of them unseal.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import Model

from vault.secrets import Secret

KEY_BYTES = 32
DERIVED_FOR = "voice-agent vault 1: "
"""What every purpose begins with where a key is derived for it."""
Purpose = str | Callable[[Any], str]


class NoKey(Exception):
    """`CREDENTIALS_KEY` is not set, so that nothing can be sealed."""

    def __init__(self) -> None:
        super().__init__("CREDENTIALS_KEY is not set, so that no secret can be stored.")


class Unreadable(Exception):
    """What is sealed was not sealed with any of the keys, or for another purpose."""


@dataclass(frozen=True)
class Column:
    """Where sealed texts are stored: a text field of a model, "" where a row has none.

    The purpose is the same for all rows, or is told by each.
    """

    model: type[Model]
    field: str
    purpose: Purpose

    def purpose_of(self, row: Model) -> str:
        """Returns what the row's text is sealed for."""
        return self.purpose if isinstance(self.purpose, str) else self.purpose(row)


_columns: dict[tuple[type[Model], str], Column] = {}


def register(model: type[Model], field: str, purpose: Purpose) -> None:
    """Has `rotatecredentials` seal this column anew, too; it belongs into an app's `ready`."""
    _columns[model, field] = Column(model, field, purpose)


def columns() -> Iterator[Column]:
    """Yields the columns that hold sealed texts."""
    yield from _columns.values()


def seal(text: str, purpose: str) -> str:
    """Returns a text that only `unseal` with the same purpose can read; raises NoKey."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> Secret:
    """Returns what was sealed for this purpose; raises Unreadable."""
    try:
        return Secret(_fernet(purpose).decrypt(sealed).decode())
    except (InvalidToken, NoKey, ValueError):
        raise Unreadable from None


def seal_anew(sealed: str, purpose: str) -> str:
    """Returns the same secret, sealed with the first key; raises NoKey and Unreadable."""
    try:
        return _fernet(purpose).rotate(sealed).decode()
    except (InvalidToken, ValueError):
        raise Unreadable from None


def _fernet(purpose: str) -> MultiFernet:
    if not settings.CREDENTIALS_KEYS:
        raise NoKey
    return MultiFernet([Fernet(_derived(key, purpose)) for key in settings.CREDENTIALS_KEYS])


def _derived(key: str, purpose: str) -> bytes:
    """A key for one purpose alone: what is sealed for one cannot be read for another."""
    derivation = HKDF(SHA256(), KEY_BYTES, salt=None, info=(DERIVED_FOR + purpose).encode())
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
