"""Calls of tools that are requests by HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2 as httpx  # what openai and the plugins are built on
import structlog
from agents.tools import places
from agents.tools.schemas import fault_of_arguments, levels_over
from agents.tools.specs import HttpTool
from common.faults import fault
from outgoing.guard import PrivateAddress
from outgoing.reading import TooLong, read_at_most
from rest_framework.exceptions import ErrorDetail

from agent_manager.tools.pointers import NotThere, pointed_at
from agent_manager.tools.results import MOST_LEVELS, Failed, Result, result_of

log = structlog.get_logger(__name__)
MOST_BYTES = 64 * 1024
SENDS_ARGUMENTS = ("POST", "PUT", "PATCH")
AWAY = fault("tool_away", "The tool's server cannot be reached.")
SLOW = fault("tool_slow", "The tool's server did not answer in time.")
PRIVATE = fault(
    "tool_private", "The tool's server is at a private address that no owner has allowed."
)
TOO_LONG = fault("tool_too_long", "The tool's answer is longer than can be read.")
STRANGE = fault("tool_strange", "The tool's answer is not what was expected.")
INCOMPLETE = fault("tool_incomplete", "The tool is not set up: a secret is missing.")
NO_ADDRESS = fault(
    "tool_no_address", "The tool's address, with these arguments, is none that can be asked."
)
UNSENDABLE = fault(
    "tool_unsendable", "The tool is not set up: a secret has signs that no header can carry."
)


async def call(tool: HttpTool, arguments: Mapping[str, Any], http: httpx.AsyncClient) -> Result:
    """Returns what the tool's server answers to these arguments; raises Failed.

    Nothing is sent that its schema does not take, and it is sent once. Where the server redirects
    to another host, neither secrets nor a body go along: see `outgoing.client`.
    """
    if wrong := fault_of_arguments(tool.parameters, arguments):
        raise Failed(not_right(wrong))
    secrets = revealed(tool.name, tool.secrets)
    try:
        request = _request(tool, arguments, secrets, http)
    except httpx.InvalidURL:
        raise Failed(NO_ADDRESS) from None
    status, body = await answered(request, http, tool.seconds)
    if status >= 400:
        raise Failed(refused(status), status)
    return result_of(
        _part(body, tool.answer),
        secret_fields=tool.secret_fields,
        secrets=secrets.values(),
        arguments=arguments,
        status=status,
    )


def refused(status: int) -> ErrorDetail:
    """Returns what is said of an answer with that status."""
    return fault("tool_refused", "The tool's server refused, with status {status}.", status=status)


def not_right(wrong: ErrorDetail) -> ErrorDetail:
    """Returns what is said of arguments with which that is wrong."""
    return ErrorDetail(f"The arguments are not right: {wrong}", wrong.code)


def revealed(tool: str, secrets: Mapping[str, Any]) -> dict[str, str]:
    """Returns the values of a tool's secrets; raises Failed where one was not entered."""
    if missing := sorted(name for name, secret in secrets.items() if secret is None):
        log.warning("tool_secret_missing", tool=tool, secrets=missing)
        raise Failed(INCOMPLETE)
    return {name: secret.reveal() for name, secret in secrets.items()}


def headers_of(
    headers: Mapping[str, str], arguments: Mapping[str, Any], secrets: Mapping[str, str]
) -> dict[str, str]:
    """Returns headers with their arguments and secrets; raises Failed where one has no room."""
    try:
        return {
            name: places.filled_header(value, arguments, secrets) for name, value in headers.items()
        }
    except places.NotAllowed as error:
        raise _not_usable(error) from None


async def answered(
    request: httpx.Request, http: httpx.AsyncClient, seconds: float
) -> tuple[int, bytes]:
    """Returns status and body of the answer to a request; raises Failed."""
    try:
        async with asyncio.timeout(seconds):
            response = await http.send(request, stream=True)
            return response.status_code, await read_at_most(response, MOST_BYTES)
    except PrivateAddress:
        raise Failed(PRIVATE) from None
    except (TimeoutError, httpx.TimeoutException):
        raise Failed(SLOW) from None
    except TooLong:
        raise Failed(TOO_LONG) from None
    except httpx.DecodingError:
        raise Failed(STRANGE) from None
    except (httpx.HTTPError, OSError):
        raise Failed(AWAY) from None


def _request(
    tool: HttpTool,
    arguments: Mapping[str, Any],
    secrets: Mapping[str, str],
    http: httpx.AsyncClient,
) -> httpx.Request:
    headers = headers_of(tool.headers, arguments, secrets)
    try:
        url = places.filled_url(tool.url, arguments)
    except places.NotAllowed as error:
        raise _not_usable(error) from None
    body = tool.body
    if body is None and tool.method in SENDS_ARGUMENTS:
        return http.build_request(tool.method, url, headers=headers, json=dict(arguments))
    if body is None:
        return http.build_request(tool.method, url, headers=headers)
    if isinstance(body, str):
        text = places.filled_text(body, arguments, secrets)
        headers = {"Content-Type": "text/plain; charset=utf-8", **headers}
        return http.build_request(tool.method, url, headers=headers, content=text.encode())
    filled = places.filled_body(body, arguments, secrets)
    return http.build_request(tool.method, url, headers=headers, json=filled)


def _not_usable(error: places.NotAllowed) -> Failed:
    if error.name.startswith(places.SECRET):
        return Failed(UNSENDABLE)
    return Failed(
        not_right(fault("argument_unusable", "{name} cannot be used so.", name=error.name))
    )


def _part(body: bytes, pointer: str) -> Any:
    """The part of an answer that goes back: of JSON what is pointed at, else the text."""
    text = body.decode(errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if pointer:
            raise Failed(STRANGE) from None
        return text
    if levels_over(value, MOST_LEVELS):
        raise Failed(STRANGE)
    try:
        return pointed_at(value, pointer)
    except NotThere:
        raise Failed(STRANGE) from None
