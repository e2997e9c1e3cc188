"""YAML in place of JSON: an agent as one file."""

from __future__ import annotations

from typing import Any

from agents import files
from agents.fields import AgentFields
from common.faults import fault
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from api.problems import NO_CHANGES

MEDIA_TYPE = "application/yaml"


def changes_in(request: Request, slug: str) -> dict[str, Any]:
    """Returns the fields that a request changes of an agent; raises ValidationError.

    A file of YAML is the whole agent: what it leaves out is the default again.
    """
    sent = request.data
    if not isinstance(sent, dict):
        raise ValidationError({"body": [NO_CHANGES]})
    if (request.content_type or "").partition(";")[0].strip() != MEDIA_TYPE:
        return sent
    if sent["slug"] != slug:
        sentence = "The file is of {other}, and not of {slug}."
        wrong = fault("other_slug", sentence, other=sent["slug"], slug=slug)
        raise ValidationError({"slug": [wrong]})
    return {name: sent.get(name) for name in {*AgentFields().fields, *sent} - {"slug"}}


class YamlParser(BaseParser):
    """Reads one agent, with its slug, from a document of YAML."""

    media_type = MEDIA_TYPE

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            found = files.read(stream.read())
        except files.Unreadable as error:
            raise ParseError(error.fault) from None
        if len(found) > 1:
            sentence = "Send one agent at a time; manage.py agents takes several."
            raise ParseError(fault("several_agents", sentence))
        slug, fields = found[0]
        return {"slug": slug, **fields}
