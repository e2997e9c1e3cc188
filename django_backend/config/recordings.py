"""Where the sound of sessions is kept, as Django's `STORAGES` want it: a folder, or S3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .private import OWNERS_FILE, OWNERS_FOLDER
from .secret import Secret

CONNECT_SECONDS, READ_SECONDS = 3, 6
"""How long a request to S3 may take; nobody's conversation waits for it."""


def folder(path: Path) -> dict[str, Any]:
    """Returns a storage in a folder that only its owner can read."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": path,
            "file_permissions_mode": OWNERS_FILE,
            "directory_permissions_mode": OWNERS_FOLDER,
        },
    }


def bucket(
    name: str, *, endpoint: str = "", region: str = "", key_id: str = "", secret: Secret
) -> dict[str, Any]:
    """Returns a storage in a bucket of S3, or of a server that speaks its protocol.

    Without a key, botocore finds one in the places where it usually looks.
    """
    from botocore.config import Config  # only where S3 is used

    style = {"addressing_style": "path"} if endpoint else {}
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},
        s3=style,
    )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "access_key": key_id or None,
            "secret_key": secret or None,
            "default_acl": None,
            "client_config": config,
        },
    }
