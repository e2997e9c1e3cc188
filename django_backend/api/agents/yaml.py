"""YAML in place of JSON: an agent as one file."""

from __future__ import annotations

from typing import Any

from agents import files
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MEDIA_TYPE = "application/yaml"


class YamlParser(BaseParser):
    """Reads one agent, with its slug, from a document of YAML."""

    media_type = MEDIA_TYPE

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            found = files.read(stream.read())
        except files.Unreadable as error:
            raise ParseError(str(error)) from None
        if len(found) > 1:
            raise ParseError("Send one agent at a time; manage.py agents takes several.")
        slug, fields = found[0]
        return {"slug": slug, **fields}
