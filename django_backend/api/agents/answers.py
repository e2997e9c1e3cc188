"""What REST says of agents: to everybody, and to operators."""

from __future__ import annotations

from typing import Any

from agents.agent import Offer
from agents.fields import AgentFields
from agents.models import Revision
from agents.queries import AGENTS_LIMIT
from agents.values import Slug
from rest_framework import serializers

from api.fields import Timestamp


class AgentsQuery(serializers.Serializer[Any]):
    """`GET /agents?after=&limit=`"""

    after = Slug(required=False, default="", allow_blank=True)
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=AGENTS_LIMIT
    )


class RevisionsQuery(serializers.Serializer[Any]):
    """`GET /agents/{slug}/revisions?before=&limit=`"""

    before = serializers.IntegerField(required=False, default=None, min_value=1)
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=AGENTS_LIMIT
    )


class SavingQuery(serializers.Serializer[Any]):
    """`PATCH /agents/{slug}?check=`"""

    check = serializers.BooleanField(required=False, default=False)


class Saved(serializers.Serializer[Any]):
    """One save of an agent; `restored` is the revision whose fields it took over."""

    revision = serializers.IntegerField(source="number")
    name = serializers.CharField()
    saved_at = Timestamp()
    saved_by = serializers.CharField()
    restored = serializers.IntegerField(allow_null=True)


class NewAgent(AgentFields):
    """`POST /agents`: an agent's fields and its slug."""

    never_null = (*AgentFields.never_null, "slug")
    slug = Slug()


class AgentAnswer(AgentFields):
    """An agent, or one revision of it, with all fields for operators; null means the default.

    Whoever has not signed in as one gets slug, name, description and language, and of an agent
    that they may talk with also whether they may say what it should be, whether it asks to record,
    the names of its variables, and the sites whose pages may show it.
    """

    slug = serializers.CharField()
    revision = serializers.IntegerField(required=False)
    saved_at = Timestamp(required=False)
    saved_by = serializers.CharField(required=False)
    restored = serializers.IntegerField(required=False, allow_null=True)


class AgentsAnswer(serializers.Serializer[Any]):
    """The answer to `GET /agents`; `next` is what `after` takes for the next page."""

    agents = AgentAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class RevisionsAnswer(serializers.Serializer[Any]):
    """The answer to `GET /agents/{slug}/revisions`, newest first."""

    revisions = Saved(many=True)
    next = serializers.IntegerField(allow_null=True)


class Restoring(serializers.Serializer[Any]):
    """`POST /agents/{slug}/revisions`: the number of the revision to have again."""

    restore = serializers.IntegerField(min_value=1)


def for_everybody(offer: Offer) -> dict[str, Any]:
    """Returns what a list tells of an agent to whoever has not signed in."""
    return {
        "slug": offer.slug,
        "name": offer.name,
        "description": offer.description,
        "language": offer.language,
    }


def for_visitors(offer: Offer) -> dict[str, Any]:
    """Returns what a visitor needs to know before they talk with the agent."""
    return {
        **for_everybody(offer),
        "visitor_instructions": offer.visitor_instructions,
        "recording": offer.recording,
        "variables": sorted(offer.variables),
        "embed_sites": list(offer.embed_sites),
    }


def for_operators(revision: Revision) -> dict[str, Any]:
    """Returns all of a revision, what is not set as null; revision 0 was never saved by anybody."""
    unset = dict.fromkeys(AgentFields().fields)
    saved = Saved(revision).data if revision.number else {"revision": 0}
    return {"slug": revision.agent.slug, **saved, **unset, **revision.fields}
