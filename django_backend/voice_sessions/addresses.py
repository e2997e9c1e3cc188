"""How a session's id looks in an address; whatever looks otherwise reaches no database."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter

from .models import ID_LENGTH


class SessionId(StringConverter):
    """Matches what `models.new_session_id` may have made."""

    regex = f"[A-Za-z0-9_-]{{1,{ID_LENGTH}}}"


register_converter(SessionId, "session_id")
