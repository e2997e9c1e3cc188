"""Trying an agent before it is saved."""

from __future__ import annotations

from typing import Any

from agents import saving
from agents.fields import AgentFields
from agents.models import Draft
from agents.queries import DRAFT_LASTS
from agents.resolving import offer_of_draft
from common.faults import fault
from common.strict import StrictText
from operators.authentication import known_maker, name_of, only
from operators.models import Role
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from visitors.tokens import BadToken, visitor_of
from voice_sessions.actions.sessions import end_drafts
from voice_sessions.events import timestamp

from api.answers import described
from api.fields import Timestamp, parsed
from api.operators.guarded import ForMakers

from .answers import for_visitors
from .views import WRITES

TOKEN_LENGTH = 2000
NO_TOKEN = fault("no_token", "Send a visitor token that is still good.")


class VisitorToken(StrictText):
    """The token of whoever will talk; it becomes the id of that visitor."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return visitor_of(super().to_internal_value(data))
        except BadToken:
            raise serializers.ValidationError(NO_TOKEN) from None


class DraftRequest(AgentFields):
    """`POST /agents/{slug}/drafts`: the fields to try, and the token of whoever will talk."""

    never_null = (*AgentFields.never_null, "visitor_token")
    visitor_token = VisitorToken(max_length=TOKEN_LENGTH)


class DraftAnswer(serializers.Serializer[Any]):
    """What `POST /session` takes as `draft` until it expires, and what it needs to know of it."""

    draft = serializers.CharField()
    expires_at = Timestamp()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    visitor_instructions = serializers.BooleanField()
    recording = serializers.ChoiceField(["off", "ask"])
    variables = serializers.ListField(child=serializers.CharField())
    embed_sites = serializers.ListField(child=serializers.CharField())


class DraftsView(ForMakers):
    """What is tried of an agent."""

    @described({201: DraftAnswer}, fails=WRITES, request=DraftRequest, operation_id="try_agent")
    @only(Role.EDITOR)
    def post(self, request: Request, slug: str) -> Response:
        """Lets one visitor talk for an hour with an agent of these fields; nothing is saved.

        `new` stands for an agent that is not there yet. What the visitor was trying before ends.
        """
        wanted, maker = parsed(DraftRequest, request.data), known_maker(request)
        visitor = wanted.pop("visitor_token")
        is_owner = maker.role == Role.OWNER
        made = saving.draft(slug, wanted, name_of(maker), visitor, may_name_servers=is_owner)
        end_drafts(visitor)
        return Response(_told(made), 201)


def _told(draft: Draft) -> dict[str, Any]:
    expires_at = timestamp(draft.made_at + DRAFT_LASTS)
    offered = for_visitors(offer_of_draft(draft))
    return {"draft": draft.id, "expires_at": expires_at, **offered}
