"""How a session's id looks in an address; whatever looks otherwise reaches no database."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter


class SessionId(StringConverter):
    """The characters of `models.new_session_id`."""

    regex = "[A-Za-z0-9_-]{1,32}"


register_converter(SessionId, "session_id")
