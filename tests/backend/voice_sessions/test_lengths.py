"""What the edges let through fits into the record, also where the database cuts nothing off."""

from __future__ import annotations

from typing import get_args

import pytest
from serving.management.commands.contract import contract
from visitors.tokens import MAX_VISITOR_LENGTH
from voice_sessions.events import Durable, Role
from voice_sessions.models import Event, Session


def room_for(model: type[Session] | type[Event], field: str) -> int:
    """How many characters the column takes."""
    return int(model._meta.get_field(field).max_length or 0)


@pytest.mark.parametrize("field", ["room", "identity"])
def test_names_are_as_long_as_their_columns(field: str) -> None:
    assert room_for(Session, field) == contract()["name"]["most"]


def test_visitors_are_as_long_as_their_column() -> None:
    assert room_for(Session, "visitor") == MAX_VISITOR_LENGTH


def test_every_kind_of_event_and_role_fits() -> None:
    stored = [kind.model_fields.get("event") for kind in get_args(Durable)]
    types = [name for field in stored if field for name in get_args(field.annotation)]
    assert "session_started" in types
    assert room_for(Event, "type") >= max(map(len, types))
    assert room_for(Event, "role") >= max(map(len, get_args(Role)))
