"""How an agent's slug looks in an address; whatever looks otherwise reaches no database."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter

from agents.models import SLUG_LENGTH


class AgentSlug(StringConverter):
    """Matches what `fields.Slug` takes, and little else."""

    regex = f"[a-z0-9-]{{1,{SLUG_LENGTH}}}"


register_converter(AgentSlug, "agent_slug")
