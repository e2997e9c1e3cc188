"""How the id of an operator or a key looks in an address; nothing else reaches a database."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter

from operators.models import ID_LENGTH


class OperatorId(StringConverter):
    """Matches what `models.new_id` may have made."""

    regex = f"[A-Za-z0-9_-]{{1,{ID_LENGTH}}}"


register_converter(OperatorId, "operator_id")
