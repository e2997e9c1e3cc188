"""Keys of services: owners enter, try and delete them; editors see which there are."""

from __future__ import annotations

from dataclasses import asdict

from agents.services.keys import agents_with
from asgiref.sync import async_to_sync
from credentials import actions, queries
from operators.authentication import known_maker, name_of, only
from operators.models import Role
from rest_framework.request import Request
from rest_framework.response import Response
from vault.sealing import Unreadable
from visitors.rates import TrialRate

from api.answers import ALWAYS, described
from api.fields import parsed
from api.operators.guarded import ForMakers

from . import answers

FAILS = (*ALWAYS, 403, 404, 503)
UNREADABLE = "The key cannot be read with CREDENTIALS_KEY any more; enter it anew."


class CredentialsView(ForMakers):
    """All credentials."""

    @described({200: answers.CredentialsAnswer}, fails=FAILS, operation_id="credentials")
    @only(Role.EDITOR)
    def get(self, request: Request) -> Response:
        """Their names, hosts and last characters, never a key."""
        found = queries.listed()
        return Response({"credentials": answers.CredentialAnswer(found, many=True).data})

    @described(
        {201: answers.CredentialAnswer},
        fails=(*FAILS, 409, 415),
        request=answers.CredentialRequest,
        operation_id="enter_credential",
    )
    @only(Role.OWNER)
    def post(self, request: Request) -> Response:
        """Stores a service's key, which nobody is shown again, and which goes to no other host."""
        wanted = parsed(answers.CredentialRequest, request.data)
        made = actions.enter(**wanted, by=_name(request))
        return Response(answers.CredentialAnswer(made).data, 201)


class CredentialView(ForMakers):
    """One credential."""

    @described(
        {200: answers.CredentialAnswer},
        fails=(*FAILS, 409, 415),
        request=answers.AnewRequest,
        operation_id="enter_credential_anew",
    )
    @only(Role.OWNER)
    def patch(self, request: Request, credential_id: str) -> Response:
        """Stores another key in place of the one that is there; its agents keep the credential."""
        key = parsed(answers.AnewRequest, request.data)["key"]
        found = actions.enter_anew(credential_id, key, _name(request))
        return Response(answers.CredentialAnswer(found).data)

    @described({204: None}, fails=(*FAILS, 409), operation_id="delete_credential")
    @only(Role.OWNER)
    def delete(self, request: Request, credential_id: str) -> Response:
        """Forgets the key; 409 `credential_in_use` names the agents that use it now."""
        actions.delete(credential_id, _name(request), agents_with)
        return Response(status=204)


class CredentialTestView(ForMakers):
    """Whether a key is good."""

    throttle_classes = [TrialRate]

    @described(
        {200: answers.TestedAnswer}, fails=FAILS, request=None, operation_id="test_credential"
    )
    @only(Role.OWNER)
    def post(self, request: Request, credential_id: str) -> Response:
        """Makes one real request to the credential's address with its key; 20 s at most."""
        from agent_manager.key_trial import try_key  # the heavy half, imported when it is needed

        found = queries.credential(credential_id)
        try:
            key = queries.revealed(found)
        except Unreadable:
            trial = {"milliseconds": 0, "reason": "unreadable", "problem": UNREADABLE}
        else:
            made = async_to_sync(try_key)(found.provider, found.base_url, key.reveal())
            trial = asdict(made)
        actions.tested(found, str(trial["reason"]), _name(request))
        return Response({"ok": not trial["reason"], **trial})


def _name(request: Request) -> str:
    return name_of(known_maker(request))
