"""The tools of an agent as people write them, checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from common.faults import fault, matching
from common.strict import OptionalFields, StrictList, StrictNumber
from config.services import is_http
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from agents.tools import places
from agents.tools.schemas import fault_of, levels_over, too_deep
from agents.tools.specs import BUILT_IN, METHODS, MOST_SECONDS
from agents.words import Choice, Words

MOST_TOOLS = 20
MOST_HEADERS = 20
MOST_SECRETS = 10
MOST_ALLOWED = 40
MOST_SECRET_FIELDS = 20
URL_LENGTH = 2000
HEADER_LENGTH = 1000
BODY_LENGTH = 10_000
BODY_LEVELS = 12
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
SECRET_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
MCP_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
NOT_YOURS = (
    *("host", "content-length", "transfer-encoding", "connection", "accept-encoding", "expect"),
    *("keep-alive", "te", "trailer", "upgrade", "proxy-authorization", "proxy-connection"),
)
"""Headers that belong to the connection."""
KINDS = {
    "http": (
        *("name", "description", "parameters", "method", "url", "headers", "body", "secrets"),
        *("timeout", "answer", "secret_fields"),
    ),
    "mcp": ("name", "url", "headers", "secrets", "allow", "timeout", "secret_fields"),
    "built_in": ("name",),
}
"""The fields of each kind of tool."""
NEEDED = {
    "http": ("name", "description", "url"),
    "mcp": ("name", "url", "allow"),
    "built_in": ("name",),
}
_NO_ADDRESS = fault(
    "tool_address",
    "Use an address such as https://api.example.com/tables/{{{{id}}}}; its host is fixed.",
)
_NOT_BUILT_IN = fault("not_built_in", "Use one of {names}.", names=list(BUILT_IN))
_NEEDED = fault("required", "This field is required.")


class Headers(serializers.DictField):
    """Headers of a request by name; those of the connection are not yours."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=Words(max_length=HEADER_LENGTH), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        if len(found) > MOST_HEADERS:
            raise serializers.ValidationError(
                fault("too_many", "Have at most {limit} headers.", limit=MOST_HEADERS)
            )
        for name, value in found.items():
            is_one = _HEADER.fullmatch(name) and name.lower() not in NOT_YOURS
            if not is_one or not (value.isascii() and value.isprintable()):
                sentence = "{header} is no header that can be set."
                raise serializers.ValidationError(fault("no_header", sentence, header=name[:64]))
        return found


class Schema(serializers.JSONField):
    """A JSON Schema of an object."""

    def to_internal_value(self, data: Any) -> Any:
        if wrong := fault_of(data):
            raise serializers.ValidationError(wrong)
        return data


class Body(serializers.JSONField):
    """What a request sends: JSON, or a text."""

    def to_internal_value(self, data: Any) -> Any:
        if levels_over(data, BODY_LEVELS):
            raise serializers.ValidationError(too_deep(BODY_LEVELS))
        if len(json.dumps(data, ensure_ascii=False)) > BODY_LENGTH:
            raise serializers.ValidationError(
                fault("max_length", "Keep it to {limit} characters.", limit=BODY_LENGTH)
            )
        return data


class Tool(OptionalFields):
    """One tool: a request by HTTP, a server of MCP, or one that is built in."""

    needed: Mapping[str, tuple[str, ...]] = NEEDED
    never_null = ("kind", "name")

    kind = Choice(list(KINDS), help_text="http, mcp or built_in.")
    name = Words(
        max_length=64,
        help_text="What the model calls it: small letters, digits and _; of a built-in one "
        f"{', '.join(BUILT_IN)}.",
    )
    description = Words(
        max_length=1000,
        required=False,
        help_text="When the model should use it, and what it gives.",
    )
    parameters = Schema(
        required=False, help_text="What the model has to pass, as JSON Schema of an object."
    )
    method = Choice(list(METHODS), required=False, help_text="GET by default.")
    url = Words(
        max_length=URL_LENGTH,
        required=False,
        help_text="Where the request goes; {{parameters}} may stand in its path and query.",
    )
    headers = Headers(
        required=False, help_text="With {{parameters}}, and {{secret:NAME}} for a secret."
    )
    body = Body(
        required=False,
        allow_null=True,
        help_text="JSON or text, with the same places; without one the parameters are sent as JSON "
        "by POST, PUT and PATCH.",
    )
    secrets = StrictList(
        child=Words(
            validators=[matching(SECRET_NAME, "secret_name", "Use capitals, digits and _.")]
        ),
        max_length=MOST_SECRETS,
        required=False,
        help_text="Names of its secrets; their values are entered apart, for the host of the url.",
    )
    allow = StrictList(
        child=Words(
            validators=[matching(MCP_NAME, "remote_name", "Use the name of a tool of the server.")]
        ),
        min_length=1,
        max_length=MOST_ALLOWED,
        required=False,
        help_text="Which of the server's tools it may use.",
    )
    timeout = StrictNumber(
        min_value=1.0,
        max_value=MOST_SECONDS,
        required=False,
        help_text="Seconds after which it has failed; 10 by default, 30 at most.",
    )
    answer = Words(
        max_length=500,
        required=False,
        allow_blank=True,
        validators=[
            matching(_POINTER, "json_pointer", "Use a JSON pointer such as /result/0/name.")
        ],
        help_text="Which part of the answer goes back, as a JSON pointer; all of it by default.",
    )
    secret_fields = StrictList(
        child=Words(max_length=64),
        max_length=MOST_SECRET_FIELDS,
        required=False,
        help_text="Parameters, and fields of the answer, whose values the record never shows.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses what is not of its kind, and places that nothing fills."""
        kind = attrs.pop("kind")
        found = {name: value for name, value in attrs.items() if value is not None}
        errors = {name: [_not_of_its_kind(kind)] for name in found}
        errors = {name: said for name, said in errors.items() if name not in KINDS[kind]}
        errors |= {name: [_NEEDED] for name in self.needed[kind] if name not in found}
        errors = errors or _faults(kind, found)
        if errors:
            raise serializers.ValidationError(errors)
        return {"kind": kind, **found}


class ToolToTry(Tool):
    """One tool that is called once: a server of MCP lists its tools before any is chosen."""

    needed = {**NEEDED, "mcp": ("name", "url")}


class Tools(StrictList):
    """All tools of an agent, no two of one name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=Tool(), max_length=MOST_TOOLS, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        found = [dict(each) for each in super().to_internal_value(data)]
        names = [name for tool in found for name in names_of(tool)]
        if taken := sorted({name for name in names if names.count(name) > 1}):
            raise serializers.ValidationError(
                fault("names_taken", "Another name is needed for {names}.", names=taken)
            )
        return found


def names_of(tool: Mapping[str, Any]) -> Iterable[str]:
    """Returns the names that a tool takes: its own, and those of a server's tools."""
    return (tool["name"], *(tool.get("allow") or ()))


def _faults(kind: str, tool: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
    if kind == "built_in":
        return {} if tool["name"] in BUILT_IN else {"name": [_NOT_BUILT_IN]}
    known = set((tool.get("parameters") or {}).get("properties") or ())
    secret = {places.SECRET + name for name in tool.get("secrets") or ()}
    told = {
        "name": _name_fault(tool),
        "url": _url_fault(tool["url"], known if kind == "http" else set()),
        "headers": _places_fault(_in_headers(tool), known | secret),
        "body": _places_fault(places.in_body(tool.get("body")), known | secret),
    }
    return {name: [wrong] for name, wrong in told.items() if wrong}


def _not_of_its_kind(kind: str) -> ErrorDetail:
    return fault("not_of_this_tool", "A tool of kind {kind} has no such field.", kind=kind)


def _name_fault(tool: Mapping[str, Any]) -> ErrorDetail | None:
    if any(name in BUILT_IN for name in names_of(tool)):
        sentence = "{names} are names of built-in tools."
        return fault("built_in_names", sentence, names=list(BUILT_IN))
    is_right = NAME.fullmatch(tool["name"])
    sentence = "Begin with a small letter; then small letters, digits, _."
    return None if is_right else fault("tool_name", sentence)


def _url_fault(url: str, known: set[str]) -> ErrorDetail | None:
    bare = places.PLACE.sub("x", url)
    host = url.partition("://")[2].partition("/")[0].partition("?")[0]
    if not is_http(bare) or "{{" in host or "@" in host or "#" in bare:
        return _NO_ADDRESS
    return _places_fault(places.in_text(url), known)


def _in_headers(tool: Mapping[str, Any]) -> list[str]:
    return [
        place for each in (tool.get("headers") or {}).values() for place in places.in_text(each)
    ]


def _places_fault(found: Iterable[str], known: set[str]) -> ErrorDetail | None:
    if strange := sorted(set(found) - known):
        named = [f"{{{{{name}}}}}" for name in strange]
        sentence = "{places} is neither a parameter nor a secret of this tool."
        return fault("no_parameter", sentence, places=named)
    return None
