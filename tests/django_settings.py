"""The backend's settings under test: an environment of their own, as in production.

The record is in SQLite and the channel layer in memory, unless TESTS_DATABASE_URL and
TESTS_CHANNEL_LAYERS name others.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from unittest import mock

_folder = tempfile.mkdtemp(prefix="voice-agent-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

ENVIRONMENT = {
    "DATA_DIR": _folder,
    "DJANGO_SECRET_KEY": "tests-django-" + "d" * 32,
    "VISITOR_SECRET": "tests-visitor-" + "v" * 32,
    "CREDENTIALS_KEY": "tests-credentials-" + "c" * 32,
    "LIVEKIT_URL": "ws://127.0.0.1:9",
    "LIVEKIT_API_KEY": "test-key",
    "LIVEKIT_API_SECRET": "tests-livekit-" + "l" * 32,
    "DJANGO_ALLOWED_HOSTS": "backend.test,127.0.0.1,localhost",
    "CORS_ORIGINS": "http://frontend.test",
    "REQUESTS_PER_MINUTE": "100000",
    "MAX_SESSIONS": "1000",
    "MAX_SESSIONS_PER_VISITOR": "1000",
    "MAX_SESSIONS_PER_ADDRESS": "1000",
    "STARTS_PER_MINUTE": "100000",
    "REQUESTS_AT_ONCE": "1000",
    "ALLOW_VISITOR_PROMPT": "true",
}

STORES = {"DATABASE_URL": "TESTS_DATABASE_URL", "CHANNEL_LAYERS": "TESTS_CHANNEL_LAYERS"}
ENVIRONMENT |= {name: os.environ.get(given, "") for name, given in STORES.items()}

with mock.patch.dict(os.environ, ENVIRONMENT, clear=True):
    from config.settings import *  # noqa: F403
    from config.settings import CHANNEL_LAYERS, DATABASES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder) / "tests.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"].pop("pool")  # pytest-django drops the database at the end

if (config := CHANNEL_LAYERS["default"].get("CONFIG")) and "hosts" in config:
    # Runs side by side have sessions of the same names, and share one Redis.
    config["prefix"] = f"tests-{os.getpid()}"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""A test signs its operators in anew: Django's usual hash takes a third of a second each time."""
