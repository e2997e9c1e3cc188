"""The tools of agents: tried before they are used, and the secrets that they send."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from agents.secrets import entering
from agents.tools.fields import ToolToTry
from agents.tools.secrets import secrets_of
from agents.tools.specs import tool_of
from agents.values import Slug, Zone
from agents.words import Words
from asgiref.sync import async_to_sync
from common.faults import fault
from common.strict import StrictFields, StrictText
from operators.authentication import MAY, known_maker, name_of, only
from operators.models import Role
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from visitors.rates import AddressRate, ToolRate

from api.answers import ALWAYS, described
from api.fields import parsed
from api.operators.guarded import ForMakers

WRITES = (*ALWAYS, 403, 404, 415, 503)


class Trial(StrictFields):
    """`POST /tools/try`: a tool as an agent has it, and what to pass.

    With `agent` it has the secrets that were entered for that agent and the tool's host.
    """

    tool = ToolToTry()
    arguments = serializers.JSONField(required=False, default=dict)
    agent = Slug(required=False, default="")
    timezone = Zone(required=False, default="UTC")

    def validate_arguments(self, found: Any) -> Any:
        """Refuses what no model could pass."""
        if not isinstance(found, dict):
            raise serializers.ValidationError(
                fault("not_arguments", "Send an object with the arguments by name.")
            )
        return found


class ListedTool(serializers.Serializer[Any]):
    """A tool of a server of MCP."""

    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    parameters = serializers.DictField()


class TriedTool(serializers.Serializer[Any]):
    """How it went: `answer` is what a model would get, `problem` is empty where nothing failed.

    `code` and `params` say for programs what `problem` says. `status` is what the tool's server
    answered. `tools` are all of a server of MCP.
    """

    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_blank=True)
    tools = ListedTool(many=True)
    code = serializers.CharField(allow_blank=True)
    params = serializers.DictField()


class ToolSecretAnswer(serializers.Serializer[Any]):
    """A secret that a tool names, and whether its value was entered for the tool's host.

    `tool` is empty where no tool names it any more.
    """

    tool = serializers.CharField()
    host = serializers.CharField()
    name = serializers.CharField()
    set = serializers.BooleanField()
    ending = serializers.CharField(allow_blank=True)


class ToolSecretsAnswer(serializers.Serializer[Any]):
    """The answer to `GET` and `PUT /agents/{slug}/secrets`."""

    secrets = ToolSecretAnswer(many=True)


class Entered(StrictFields):
    """`PUT /agents/{slug}/secrets`: the value of one secret; "" takes it away.

    A secret that no tool names any more is taken away by its `host`, with an empty `tool`.
    """

    tool = Words(max_length=64, allow_blank=True)
    host = Words(max_length=500, allow_blank=True, required=False, default="")
    name = Words(max_length=40)
    value = StrictText(
        max_length=entering.VALUE_LENGTH,
        allow_blank=True,
        trim_whitespace=False,
        write_only=True,
    )


class ToolTrialView(ForMakers):
    """Tools that are being set up."""

    throttle_classes = [AddressRate, ToolRate]

    @described({200: TriedTool}, fails=(*WRITES, 429), request=Trial, operation_id="try_tool")
    @only(Role.EDITOR)
    def post(self, request: Request) -> Response:
        """Calls a tool once, as an agent would; of a server of MCP it lists the tools.

        The same hosts are out of reach as for agents, and what fails is told in a sentence.
        """
        wanted = parsed(Trial, request.data)
        tool = tool_of(wanted["tool"], secrets_of(wanted["agent"]))
        from agent_manager.tools.trying import try_tool  # the heavy half, as in `health`

        tried = async_to_sync(try_tool)(tool, wanted["arguments"], wanted["timezone"])
        return Response(asdict(tried))


class ToolSecretsView(ForMakers):
    """The secrets of an agent's tools."""

    @described({200: ToolSecretsAnswer}, fails=(*ALWAYS, 404, 503), operation_id="tool_secrets")
    @only(Role.VIEWER)
    def get(self, request: Request, slug: str) -> Response:
        """Which secrets its tools name, and which were entered; never a value.

        Whoever may only look gets no last characters either.
        """
        return _told(request, slug)

    @described(
        {200: ToolSecretsAnswer},
        fails=(*WRITES, 409),
        request=Entered,
        operation_id="enter_tool_secret",
    )
    @only(Role.EDITOR)
    def put(self, request: Request, slug: str) -> Response:
        """Keeps a secret, sealed, for the host of the tool that names it.

        It is sent to that host alone: a tool whose address changes needs it anew.
        """
        wanted, by = parsed(Entered, request.data), name_of(known_maker(request))
        if not wanted["tool"] and not wanted["value"]:
            entering.take_away(slug, wanted["host"], wanted["name"], by)
        else:
            entering.enter(slug, wanted["tool"], wanted["name"], wanted["value"], by)
        return _told(request, slug)


def _told(request: Request, slug: str) -> Response:
    shown = {} if Role(known_maker(request).role) in MAY[Role.EDITOR] else {"ending": ""}
    return Response({"secrets": [{**asdict(each), **shown} for each in entering.named(slug)]})
