"""Sessions: to start, to ask about, to type to and to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_manager.manager import manager
from agents.agent import DEFAULT, Offer
from agents.fields import VALUE_LENGTH
from agents.models import DRAFT_ID_LENGTH, SLUG_LENGTH
from agents.queries import offered, tried
from agents.words import Words
from common.faults import fault
from common.strict import StrictBoolean, StrictText
from common.text import is_blank, mend
from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from visitors.addresses import address_tag
from visitors.authentication import MOST_OF_A_NAME, visitor
from visitors.rates import RATES, AddressRate, MessageRate, StartRate
from voice_sessions import queries
from voice_sessions.actions import typed
from voice_sessions.actions.sessions import NewSession
from voice_sessions.models import ID_LENGTH, Session

from .answers import KNOWN, described
from .fields import Identity, Name, Timestamp, parsed
from .problems import Problem, Refused

PROMPT_LENGTH = 8000
ID_PATTERN = r"^[A-Za-z0-9_-]+$"
_NO_PROMPT = "What the agent should be is not for visitors to say here; leave this out."
NO_PROMPT = Problem.of_field(400, "system_prompt", fault("prompt_not_allowed", _NO_PROMPT))


_OTHER_AGENT = "In this room you are talking with another agent; end that, or take another room."
OTHER_AGENT = Problem.of_field(409, "agent", fault("other_agent", _OTHER_AGENT))


class AgentSlug(StrictText):
    """The slug of the agent to talk with; the default one where none is named."""

    def __init__(self) -> None:
        super().__init__(
            max_length=SLUG_LENGTH,
            required=False,
            default=DEFAULT,
            allow_blank=True,
            allow_null=True,
        )


class Variables(serializers.DictField):
    """Values by name for an agent's variables; those that it does not list are refused."""

    def __init__(self) -> None:
        value = Words(max_length=VALUE_LENGTH, allow_blank=True)
        super().__init__(child=value, required=False, default=dict)


class SessionRequest(serializers.Serializer[Any]):
    """`POST /session`; an empty `system_prompt` means the operator's own.

    Another one is refused unless the agent allows it. `continues` is the id of one's own
    session that has ended: the agent knows what was said in it. `recorded` says that the person
    agreed to have the sound kept; where the agent does not ask for it that changes nothing, as the
    answer tells. `agent` is the slug of whom to talk with, and `variables` are values for it.
    `draft` is the id of what `POST /agents/{slug}/drafts` lets this visitor try instead. A
    program that asks with a key names its person as `visitor`, here or in the address.
    """

    room = Name()
    identity = Identity()
    system_prompt = StrictText(
        max_length=PROMPT_LENGTH, required=False, default="", allow_blank=True
    )
    continues = StrictText(
        max_length=ID_LENGTH, required=False, default=None, allow_blank=True, allow_null=True
    )
    recorded = StrictBoolean(required=False, default=False)
    agent = AgentSlug()
    variables = Variables()
    draft = StrictText(
        max_length=DRAFT_ID_LENGTH, required=False, default="", allow_blank=True, allow_null=True
    )
    visitor = StrictText(required=False, max_length=MOST_OF_A_NAME, write_only=True)


class Started(serializers.ModelSerializer[Session]):
    """The answer to `POST /session`."""

    session_id = serializers.CharField(source="id", read_only=True)

    class Meta:
        model = Session
        fields: tuple[str, ...] = ("session_id", "state", "room", "identity", "recorded")


class SessionAgent(serializers.Serializer[Any]):
    """Which agent a session has, as it was when it started; the settings' own has revision 0.

    A `draft` is what an operator tries: made from that revision, with fields that are not saved.
    """

    slug = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    draft = serializers.BooleanField()


class SessionAnswer(Started):
    """One session.

    Of the sessions that it `continues` its agent has a summary of the first `summarised` lines.
    """

    created_at = Timestamp()
    started_at = Timestamp(allow_null=True)
    ended_at = Timestamp(allow_null=True)
    end_reason = serializers.SerializerMethodField()
    continues = serializers.CharField(source="continues_id", allow_null=True, read_only=True)
    agent = serializers.SerializerMethodField()

    class Meta(Started.Meta):
        fields = (
            *Started.Meta.fields,
            "created_at",
            "started_at",
            "ended_at",
            "end_reason",
            "last_seq",
            "continues",
            "summarised",
            "agent",
        )

    @extend_schema_field(SessionAgent)
    def get_agent(self, session: Session) -> dict[str, Any]:
        named = session.draft or session.revision
        return {
            "slug": _slug(session),
            "name": named.name if named else "",
            "revision": session.revision.number if session.revision else 0,
            "draft": session.draft is not None,
        }

    def get_end_reason(self, session: Session) -> str | None:
        return session.end_reason or None


class Stopped(serializers.Serializer[Any]):
    """The answer to `DELETE /session/{id}`."""

    stopped = serializers.BooleanField()


@described(
    {201: Started, 200: Started},
    fails=(*KNOWN, 404, 409, 415, 502),
    request=SessionRequest,
    operation_id="start_session",
)
@api_view(["POST"])
@throttle_classes([*RATES, StartRate])
def start(request: Request) -> Response:
    """Starts a session and its agent; 200 with the live one of this room and identity, if any."""
    wanted = parsed(SessionRequest, request.data)
    slug, draft = wanted.pop("agent") or DEFAULT, wanted.pop("draft")
    agent = tried(draft, visitor(request)) if draft else offered(slug)
    if wanted["system_prompt"] and not agent.visitor_instructions:
        raise Refused(NO_PROMPT)
    check_variables(agent, wanted["variables"])
    wanted.pop("visitor", None)
    continues = wanted.pop("continues") or None
    wanted["recorded"] &= agent.recording == "ask"
    new = NewSession(
        visitor(request),
        **wanted,
        address=address_tag(request),
        continues_id=continues,
        revision_id=agent.revision_id,
        draft_id=agent.draft_id,
    )
    session, is_new = manager().start(new)
    if not is_new and (_slug(session), session.draft_id) != (agent.slug, agent.draft_id):
        raise Refused(OTHER_AGENT)
    return Response(Started(session).data, 201 if is_new else 200)


def _slug(session: Session) -> str:
    if session.draft:
        return session.draft.slug
    return session.revision.agent.slug if session.revision else DEFAULT


def check_variables(agent: Offer, given: Mapping[str, str]) -> None:
    """Raises ValidationError where a value is for a variable that the agent does not have."""
    if given.keys() - agent.variables.keys():
        sentence = "The agent does not take all of these; its variables are: {names}."
        names = sorted(agent.variables) or ["none"]
        wrong = fault("strange_variables", sentence, names=names)
        raise serializers.ValidationError({"variables": [wrong]})


class SessionView(APIView):
    """One session."""

    @described({200: SessionAnswer}, fails=(*KNOWN, 404), operation_id="session")
    def get(self, request: Request, session_id: str) -> Response:
        """Its state, times, end reason and last number."""
        session = queries.visible_session(visitor(request), session_id)
        return Response(SessionAnswer(session).data)

    @described({200: Stopped}, fails=(*KNOWN, 404), operation_id="stop_session")
    def delete(self, request: Request, session_id: str) -> Response:
        """Ends it; at once, and also when it is ending or has ended.

        503 `session_not_ended` when it should be over by now and cannot be ended.
        """
        manager().stop(queries.visible_session(visitor(request), session_id))
        return Response({"stopped": True})


class TypedText(StrictText):
    """A text to be read, mended and without blanks around it; nothing that is seen is blank."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(mend(data) if isinstance(data, str) else data)
        if is_blank(text):
            self.fail("blank")
        return text


class MessageRequest(serializers.Serializer[Any]):
    """`POST /session/{id}/messages`; the same `id` again, as after a lost answer, is one line."""

    text = TypedText(max_length=typed.TEXT_LENGTH)
    id = StrictText(
        max_length=typed.ID_LENGTH,
        required=False,
        default="",
        validators=[RegexValidator(ID_PATTERN, "Use letters, digits, _ and - only.")],
    )


class TypedLine(serializers.Serializer[Any]):
    """The event of what was typed, as sockets get it."""

    role = serializers.ChoiceField(["user"])
    text = serializers.CharField()
    segment = serializers.CharField()
    final = serializers.BooleanField()
    typed = serializers.BooleanField()
    order = serializers.IntegerField()
    seq = serializers.IntegerField()
    at = Timestamp()


@described(
    {202: TypedLine},
    fails=(*KNOWN, 404, 409, 415),
    request=MessageRequest,
    operation_id="type_message",
)
@api_view(["POST"])
@throttle_classes([MessageRate, AddressRate])
def type_message(request: Request, session_id: str) -> Response:
    """Stores what a person typed; the agent answers it aloud and in text.

    409 `session_over` when the session has ended or is about to.
    """
    wanted = parsed(MessageRequest, request.data)
    event = typed.say(visitor(request), session_id, wanted["text"], wanted["id"])
    return Response(event.message, 202)
