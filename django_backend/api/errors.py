"""Which error becomes which answer: the only place where that is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from agent_manager.manager import NotEnded
from agent_manager.runtimes.base import AgentUnavailable
from agents.queries import UnknownAgent, UnknownRevision
from agents.saving import Changed, SlugTaken, StrangeServer, TooManyAgents
from agents.secrets.entering import NoSuchSecret
from asgiref.sync import async_to_sync
from common.faults import Code, fault
from credentials.actions import CredentialInUse, NameInUse, TooManyCredentials
from credentials.queries import UnknownCredential
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from media_server.webhooks import BadSignature
from operators.accounts import LastOwner, LinkUsed, NameTaken, WrongPassword
from operators.authentication import WrongRole
from operators.keys import OutOfScope, TooManyKeys, UnknownKey
from outgoing.hosts import AlreadyAllowed, TooManyHosts, UnknownHost
from rest_framework import exceptions
from vault.sealing import NoKey
from voice_sessions.actions.erasing import SessionLive
from voice_sessions.actions.sessions import NothingToContinue, RoomInUse
from voice_sessions.actions.typed import IdInUse, SessionOver
from voice_sessions.limits import TooManySessions
from voice_sessions.models import Session
from voice_sessions.refusals import told
from webhooks.changes import NameTaken as WebhookNameTaken
from webhooks.changes import TooManyWebhooks, WebhookDisabled
from webhooks.queries import UnknownDelivery, UnknownWebhook

from http_limits import refusals
from http_limits.bodies import TooLarge
from http_limits.shares import TooMany

from . import readiness
from .problems import Problem, Refused, answer

log = structlog.get_logger(__name__)
SESSION_RETRY_AFTER = 10

BAD_REQUEST = Problem(400, "bad_request", "The request cannot be understood.")
NOT_AUTHENTICATED = Problem(401, "not_authenticated", "A valid visitor token is needed.")
BAD_FORM = Problem(403, "forbidden", "This form was not sent from its own page; open it anew.")
NOT_FOUND = Problem(404, "not_found", "There is nothing here.")
NOT_ALLOWED = Problem(405, "method_not_allowed", "This address does not take this method.")
NOT_ACCEPTABLE = Problem(406, "not_acceptable", "Only JSON is answered here.")
NOT_JSON = Problem(
    415, "unsupported_media_type", "Send JSON, with the content type application/json."
)
TOO_OFTEN = Problem(429, "too_many_requests", "Too many requests; wait a moment.")
FAILED = Problem(500, "internal_error", "Something went wrong on our side.")
RECORD_AWAY = Problem(
    503, "record_unavailable", "The record is not available right now; try again in a moment.", 5
)
NOT_ENDED = Problem(
    503, "session_not_ended", "The session could not be ended; try again in a moment.", 5
)
NOT_CONTINUED = Problem.of_field(
    404,
    "continues",
    fault("nothing_to_continue", "This conversation is not there any more, or has not ended."),
)
ID_IN_USE = Problem.invalid(
    {"id": [fault("id_in_use", "This id was given to another text of this session.")]}
)
UNKNOWN_AGENT = Problem.of_field(
    404, "agent", fault("agent_not_found", "There is no such agent, or it is not open to you.")
)
SLUG_TAKEN = Problem.of_field(
    409,
    "slug",
    fault("slug_taken", "An agent has this slug already; one that was retired keeps its own."),
)
NO_SUCH_SECRET = Problem.invalid(
    {
        "name": [
            fault("no_such_secret", "This tool has no secret of that name; save the tool first.")
        ]
    }
)
NO_KEY = Problem(
    409, "no_credentials_key", "Set CREDENTIALS_KEY in the backend, so that secrets can be stored."
)
_LINK_USED = "This link was used, or is older than an hour; ask for another one."
_STANDARD = (
    BAD_REQUEST,
    NOT_AUTHENTICATED,
    BAD_FORM,
    NOT_FOUND,
    NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_JSON,
    TOO_OFTEN,
)
_BY_STATUS = {problem.status: problem for problem in _STANDARD}


def _too_many_sessions(error: TooManySessions) -> Problem:
    code, wait = "too_many_sessions", SESSION_RETRY_AFTER
    if error.scope == "visitor":
        most = settings.MAX_SESSIONS_PER_VISITOR
        return Problem(429, code, f"You have {most} sessions going on; end one first.", wait)
    if error.scope == "address":
        sentence = "From your network too many sessions go on; try again when one has ended."
        return Problem(429, code, sentence, wait)
    return Problem(503, "at_capacity", "All agents are busy; try again in a moment.", wait)


def _no_agent(_error: AgentUnavailable) -> Problem:
    if async_to_sync(readiness.livekit_answers)():
        return Problem(502, "agent_failed", "The agent could not join the room.")
    return Problem(502, "livekit_unreachable", "The media server does not answer.")


def _slug_taken(error: SlugTaken) -> Problem:
    """Also says where the other agent is; one that was retired is not there any more."""
    return replace(SLUG_TAKEN, headers={"Location": f"/agents/{error}"})


def _changed(error: Changed) -> Problem:
    who, number = error.now.saved_by, error.now.number
    return Problem(
        412,
        "agent_changed",
        f"{who} saved revision {number} of this agent meanwhile; look at it, then save again.",
        errors={
            name: [fault("agent_changed", "Changed by {by}.", by=who)] for name in error.fields
        },
        headers={"ETag": f'"{number}"'},
    )


def _strange_server(error: StrangeServer) -> Problem:
    wrong = fault(
        "strange_server", "Only an owner may name another server ({stages}).", stages=error.kinds
    )
    return Problem(403, "not_allowed", str(wrong), errors={"services": [wrong]})


def _credential_in_use(error: CredentialInUse) -> Problem:
    agents = ", ".join(error.agents)
    sentence = f"It is used by {agents}; change them first."
    return Problem(409, "credential_in_use", sentence, errors={"agents": error.agents})


def _taken(field: str, sentence: str) -> Problem:
    return Problem.of_field(409, field, fault("name_taken", sentence))


def _invalid(error: exceptions.ValidationError) -> Problem:
    return Problem.invalid(error.detail)


def _malformed(error: exceptions.ParseError) -> Problem:
    """Also says what is wrong with a file of YAML, whose faults have codes of their own."""
    sentence: Any = error.detail
    is_files = isinstance(sentence.code, Code)
    errors = {"body": [sentence]} if is_files else None
    return Problem(400, "malformed_json", str(sentence), errors=errors)


def _of_rest_framework(error: exceptions.APIException) -> Problem:
    """The problem of its status, with what the framework adds to some of its errors."""
    wait, challenge = getattr(error, "wait", None), getattr(error, "auth_header", None)
    return replace(
        _BY_STATUS.get(error.status_code, FAILED),
        status=error.status_code,
        retry_after=math.ceil(wait) if wait else None,
        headers={"WWW-Authenticate": challenge} if challenge else {},
    )


_TABLE: Mapping[type[Exception], Problem | Callable[[Any], Problem]] = {
    Refused: lambda error: error.problem,
    RoomInUse: Problem(409, "room_in_use", "You are in this room under another name."),
    NothingToContinue: NOT_CONTINUED,
    SessionLive: Problem(409, "session_live", "The session goes on; stop it first."),
    SessionOver: Problem(409, "session_over", "The session is over; nobody would answer."),
    IdInUse: ID_IN_USE,
    TooManySessions: _too_many_sessions,
    AgentUnavailable: _no_agent,
    UnknownAgent: UNKNOWN_AGENT,
    UnknownRevision: Problem(404, "revision_not_found", "This agent has no such revision."),
    SlugTaken: _slug_taken,
    StrangeServer: _strange_server,
    TooManyAgents: Problem(
        409, "too_many_agents", "There are 1,000 agents; change one instead of making another."
    ),
    Changed: _changed,
    NoSuchSecret: NO_SUCH_SECRET,
    NoKey: NO_KEY,
    WrongRole: Problem(403, "not_allowed", "Your role does not allow this; ask an owner."),
    OutOfScope: Problem(403, "out_of_scope", "This key does not allow that; make one that does."),
    TooManyKeys: Problem(409, "too_many_keys", "There are 100 keys; revoke one that is not used."),
    UnknownKey: NOT_FOUND,
    UnknownCredential: NOT_FOUND,
    NameInUse: _taken("name", "Another credential has this name."),
    CredentialInUse: _credential_in_use,
    TooManyCredentials: Problem(
        409, "too_many_credentials", "There are 100 credentials; delete one that is not used."
    ),
    UnknownHost: NOT_FOUND,
    AlreadyAllowed: Problem.of_field(
        409, "host", fault("host_allowed", "This host is allowed already.")
    ),
    TooManyHosts: Problem(
        409, "too_many_hosts", "100 hosts are allowed; take one away that is not needed."
    ),
    LastOwner: Problem(409, "last_owner", "Somebody has to stay an owner; invite another first."),
    LinkUsed: Problem(404, "link_used", _LINK_USED),
    NameTaken: _taken("username", "Somebody has this name already."),
    WrongPassword: Problem.of_field(
        400, "old", fault("wrong_password", "This is not your password.")
    ),
    UnknownWebhook: NOT_FOUND,
    UnknownDelivery: NOT_FOUND,
    WebhookNameTaken: _taken("name", "A webhook has this name already."),
    TooManyWebhooks: Problem(409, "too_many_webhooks", "There are 32 webhooks; delete one first."),
    WebhookDisabled: Problem(409, "webhook_disabled", "Switch the webhook on first."),
    NotEnded: NOT_ENDED,
    BadSignature: Problem(401, "bad_signature", "The webhook is not signed by LiveKit."),
    TooLarge: lambda error: Problem.of(refusals.body_too_large(error.most)),
    TooMany: Problem.of(refusals.TOO_MANY),
    exceptions.ValidationError: _invalid,
    exceptions.ParseError: _malformed,
    exceptions.APIException: _of_rest_framework,
    Session.DoesNotExist: NOT_FOUND,
    Http404: NOT_FOUND,
    PermissionDenied: NOT_FOUND,
    SuspiciousOperation: BAD_REQUEST,
    RecursionError: Problem(400, "malformed_json", "The JSON is nested too deeply."),
    OperationalError: RECORD_AWAY,
    InterfaceError: RECORD_AWAY,
    Exception: FAILED,
}
"""The problem of each error, or what makes it; the entry of the nearest class counts."""


def problem_of(error: Exception) -> Problem:
    """Returns what the table says of an error; FAILED for what nobody expected."""
    found = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    return found(error) if callable(found) else found


def answer_to(error: Exception) -> HttpResponse:
    """Returns the answer to an error; logs what nobody expected, and a record that is away."""
    found = problem_of(error)
    if found is FAILED:
        log.error("request_failed", exc_info=error)
    if found is RECORD_AWAY:
        log.error("record_unavailable", **told(error))
    return answer(found)


def problem_details(error: Exception, _context: Mapping[str, Any]) -> HttpResponse:
    """Returns the answer to what a REST view raised."""
    return answer_to(error)


def csrf_failed(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """Returns the 403 of a form from elsewhere; Django's own page tells about Django."""
    log.info("form_refused", reason=reason)
    return answer(BAD_FORM)


def _always(problem: Problem) -> Callable[..., HttpResponse]:
    @csrf_exempt
    def view(_request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        return answer(problem)

    return view


not_found = _always(NOT_FOUND)
"""The view of every address that does not exist."""
bad_request = _always(BAD_REQUEST)
"""The view of a request that Django itself refused."""
server_error = _always(FAILED)
"""The view of a failure outside all other views."""
