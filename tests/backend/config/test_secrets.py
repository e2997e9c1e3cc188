"""No report, repr or page about the settings can show a secret: a canary is looked for in each."""

from __future__ import annotations

import os
import pprint
import subprocess
import sys
from pathlib import Path

import pytest
from support.backend import FOLDER, environment
from support.processes import ROOT

from flask_frontend import settings as site_settings

NAMES = (
    *("OPENAI_API_KEY", "STT_API_KEY", "LLM_API_KEY", "TTS_API_KEY", "DJANGO_SECRET_KEY"),
    *("VISITOR_SECRET", "LIVEKIT_API_SECRET"),
)
CANARIES = {name: f"canary-{name.lower()}-0123456789-0123456789" for name in NAMES}
STORES = {
    "DATABASE_URL": "postgres://voice:canary-database-0123456789@127.0.0.1/voice",
    "CHANNEL_LAYERS": "redis://:canary-redis-0123456789@127.0.0.1:6379/0",
}
REPORTS = """
import pprint, traceback, django
from config import settings as module
django.setup()
from django.conf import settings
from django.views.debug import SafeExceptionReporterFilter
everything = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
print(repr(everything))
print(pprint.pformat(everything))
print(pprint.pformat(SafeExceptionReporterFilter().get_safe_settings()))
print(repr(vars(module)))
print([repr(service) for service in settings.SERVICES.values()])
"""


@pytest.mark.processes
def test_no_report_of_the_backends_settings_has_a_secret(tmp_path: Path) -> None:
    env = {**os.environ, **environment(tmp_path), **CANARIES, **STORES, "PYTHONPATH": str(FOLDER)}
    command = [sys.executable, "-c", REPORTS]
    told = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "SECRET_KEY" in told.stdout and "SERVICES" in told.stdout
    assert "canary" not in told.stdout + told.stderr


def test_no_repr_of_the_sites_settings_has_a_secret() -> None:
    given = {"FLASK_SECRET_KEY": CANARIES["DJANGO_SECRET_KEY"], **CANARIES}
    found = site_settings.load({**given, "DEBUG": "true"})
    assert found.visitor_secret == CANARIES["VISITOR_SECRET"]
    assert "canary" not in repr(found) + str(found) + pprint.pformat(found)
