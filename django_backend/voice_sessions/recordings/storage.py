"""Where the pieces are: Django's storage `recordings`, a folder or a bucket of S3."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="recordings")
"""For whatever asks the storage: one that is slow holds up nothing else."""


def save(session_id: str, written: bytes) -> str:
    """Returns the key under which the storage has the object; nobody can guess it."""
    name = f"{session_id}/{secrets.token_urlsafe(24)}.ogg"
    return str(_storage().save(name, ContentFile(written)))


def read(key: str) -> bytes:
    """Returns an object; raises what the storage does when it is away or has none."""
    with _storage().open(key) as found:
        return bytes(found.read())


def delete(key: str) -> None:
    """Deletes an object; it may be gone already."""
    _storage().delete(key)


def delete_all(session_id: str) -> None:
    """Deletes every object of a session, also one whose writer died before the record knew it."""
    storage = _storage()
    try:
        _, names = storage.listdir(session_id)
    except FileNotFoundError:
        return
    for name in names:
        storage.delete(f"{session_id}/{name}")
    storage.delete(session_id)  # a folder that is empty by now; of S3 nothing


def _storage() -> Storage:
    return storages["recordings"]
