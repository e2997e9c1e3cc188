"""What all tests share."""

from __future__ import annotations

import os

from django.conf import settings

assert settings.configured
os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # the programs that tests start have their own
