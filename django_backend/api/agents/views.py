"""Agents: everybody sees the public ones, operators make and change all of them."""

from __future__ import annotations

from agents import files, queries, saving
from django.db import transaction
from django.http import HttpResponse
from operators.authentication import known_maker, maker, name_of, only
from operators.models import Role
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.answers import ALWAYS, described
from api.fields import parsed
from api.operators.guarded import ForMakers

from . import answers
from .access import base_of, etag
from .yaml import MEDIA_TYPE, YamlParser, changes_in

FAILS = (*ALWAYS, 404, 503)
WRITES = (*FAILS, 403, 415)
CHANGES = (*WRITES, 412, 428)


class AgentsView(ForMakers):
    """All agents."""

    parser_classes = [JSONParser, YamlParser]

    @described(
        {200: answers.AgentsAnswer},
        fails=FAILS,
        parameters=[answers.AgentsQuery],
        operation_id="agents",
    )
    def get(self, request: Request) -> Response:
        """The public agents; for operators all, with all fields. Those that are retired are not.

        The settings' own is among them, for operators as revision 0 until somebody saves it.
        """
        wanted = parsed(answers.AgentsQuery, request.query_params)
        if maker(request) is None:
            offers, after = queries.listed(**wanted)
            shown = [answers.for_everybody(each) for each in offers]
        else:
            stored, after = queries.for_operators(**wanted)
            shown = [answers.for_operators(each) for each in stored]
        return Response({"agents": shown, "next": after})

    @described(
        {201: answers.AgentAnswer},
        fails=(*WRITES, 409),
        request={"application/json": answers.NewAgent, MEDIA_TYPE: answers.NewAgent},
        operation_id="create_agent",
    )
    @only(Role.EDITOR)
    def post(self, request: Request) -> Response:
        """Makes an agent, from JSON or a YAML file; its slug stays what it is."""
        wanted = parsed(answers.NewAgent, request.data)
        slug = wanted.pop("slug")
        made = saving.create(slug, wanted, _name(request), may_name_servers=_is_owner(request))
        return Response(answers.for_operators(made), 201, headers=etag(made.number))


class AgentView(ForMakers):
    """One agent."""

    parser_classes = [JSONParser, YamlParser]

    @described({200: answers.AgentAnswer}, fails=FAILS, operation_id="agent")
    def get(self, request: Request, slug: str) -> Response:
        """What a visitor may know of it; for operators its current revision, with an ETag."""
        if maker(request) is None:
            return Response(answers.for_visitors(queries.offered(slug)))
        found = queries.for_operator(slug)
        return Response(answers.for_operators(found), headers=etag(found.number))

    @described(
        {200: answers.AgentAnswer},
        fails=CHANGES,
        parameters=[answers.SavingQuery],
        request={"application/json": answers.AgentFields, MEDIA_TYPE: answers.NewAgent},
        operation_id="change_agent",
    )
    @only(Role.EDITOR)
    def patch(self, request: Request, slug: str) -> Response:
        """Saves the fields that are sent as a new revision; null means the default again.

        A YAML file is the whole agent: what it leaves out is the default again. With `check` the
        answer is the agent as it would be, and nothing is saved. 412 `agent_changed` names the
        fields that somebody else has changed since `If-Match`.
        """
        base, changes = base_of(request), changes_in(request, slug)
        is_check = parsed(answers.SavingQuery, request.query_params)["check"]
        with transaction.atomic():
            saved = saving.save(
                slug, changes, _name(request), base=base, may_name_servers=_is_owner(request)
            )
            transaction.set_rollback(is_check)
        headers = etag(base if is_check else saved.number)
        return Response(answers.for_operators(saved), headers=headers)

    @described({204: None}, fails=CHANGES, operation_id="retire_agent")
    @only(Role.EDITOR)
    def delete(self, request: Request, slug: str) -> Response:
        """Retires it: nobody can start a session with it; those that go on are not touched."""
        saving.retire(slug, _name(request), base=base_of(request))
        return Response(status=204)


class RevisionsView(ForMakers):
    """What an agent was."""

    @described(
        {200: answers.RevisionsAnswer},
        fails=FAILS,
        parameters=[answers.RevisionsQuery],
        operation_id="agent_revisions",
    )
    @only(Role.VIEWER)
    def get(self, request: Request, slug: str) -> Response:
        """Who saved it when, newest first."""
        wanted = parsed(answers.RevisionsQuery, request.query_params)
        found = queries.revisions(slug, before=wanted["before"], limit=wanted["limit"])
        is_last = not found or found[-1].number == 1
        following = None if is_last else found[-1].number
        return Response({"revisions": answers.Saved(found, many=True).data, "next": following})

    @described(
        {201: answers.AgentAnswer},
        fails=CHANGES,
        request=answers.Restoring,
        operation_id="restore_agent",
    )
    @only(Role.EDITOR)
    def post(self, request: Request, slug: str) -> Response:
        """Makes an old revision the current one, as a new one with the same fields."""
        number = parsed(answers.Restoring, request.data)["restore"]
        saved = saving.restore(slug, number, _name(request), base=base_of(request))
        return Response(answers.for_operators(saved), 201, headers=etag(saved.number))


class RevisionView(ForMakers):
    """One revision."""

    @described({200: answers.AgentAnswer}, fails=FAILS, operation_id="agent_revision")
    @only(Role.VIEWER)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """All fields that it had."""
        return Response(answers.for_operators(queries.revision(slug, number)))


class ExportView(ForMakers):
    """An agent as a file."""

    @described({200: str}, fails=FAILS, kind=MEDIA_TYPE, operation_id="export_agent")
    @only(Role.VIEWER)
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Its current revision as YAML, which `POST /agents` and `manage.py agents` take."""
        name = f'attachment; filename="{slug}.yaml"'
        text = files.written(queries.for_operator(slug))
        return HttpResponse(text, content_type=MEDIA_TYPE, headers={"Content-Disposition": name})


def _name(request: Request) -> str:
    return name_of(known_maker(request))


def _is_owner(request: Request) -> bool:
    return known_maker(request).role == Role.OWNER
