"""Agents as YAML files: one document for each, with its slug and what is set of its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from rest_framework import serializers

from agents.fields import AgentFields, Slug
from agents.models import Revision
from agents.services.keys import named

MOST_BYTES = 4 * 1024 * 1024
ORDER = ("slug", *AgentFields().fields)
_TAG = "tag:yaml.org,2002:"
_OTHER_LINE_ENDS = re.compile("[\u2028\u2029]")
"""Which YAML takes for ends of lines too, and texts have for their own reasons."""


class Unreadable(ValueError):
    """A file holds no agents; the sentence says where and why."""


class _Loader(yaml.SafeLoader):
    """Reads text, numbers, true, false and null: yes, off, 0600, 12:30 and dates are text.

    Aliases are refused, because a file of them could grow without bound, tags because nothing here
    needs one, and a field that is there twice because one of the two would be lost.
    """

    yaml_implicit_resolvers: dict[Any, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _fault(event, "write the value out; aliases (*name) are not read")
        if getattr(event, "tag", None):
            raise _fault(event, f"write the value without its tag; {event.tag} is not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault(key, "a field has a plain name, no list or map")
            if key.value in found:
                raise _fault(key, f"{key.value} is there twice; keep one of the two")
            found[key.value] = self.construct_object(value, deep=deep)
        return found


for _kind, _pattern, _first in (
    ("null", r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", list("-+0123456789")),
    ("float", r"(?:[-+]?[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(rf"{_pattern}\Z"), _first)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are read, quoted where any YAML takes them for else."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _OTHER_LINE_ENDS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


_Dumper.add_representer(str, _text)


def written(revision: Revision) -> str:
    """Returns an agent as one document of YAML, its fields in the order of the form.

    Credentials are there by their names: a key is in no file.
    """
    fields = {"slug": revision.agent.slug, **named(revision.fields)}
    ordered = {name: fields[name] for name in ORDER if name in fields}
    return yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def read(content: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Returns the agents of a file: the slug and the fields of each, which are not checked yet.

    Raises Unreadable where it is no YAML in UTF-8, or a document has no slug.
    """
    text = _decoded(content)
    try:
        documents = [each for each in yaml.load_all(text, _Loader) if each is not None]
    except yaml.YAMLError as error:
        raise Unreadable(f"This is no YAML that can be read: {_reason(error, text)}") from None
    except RecursionError:
        raise Unreadable("The file is nested too deeply.") from None
    if not documents:
        raise Unreadable("There is no agent in it.")
    return [_agent(number, document) for number, document in enumerate(documents, 1)]


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unreadable("The file is no text in UTF-8.") from None


def _agent(number: int, document: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(document, Mapping):
        raise Unreadable(f"Agent {number} is no list of fields, such as `name: Ada`.")
    fields = dict(document)
    try:
        slug = Slug().run_validation(fields.pop("slug", serializers.empty))
    except serializers.ValidationError as error:
        sentences = " ".join(str(sentence) for sentence in error.detail)
        raise Unreadable(f"slug of agent {number}: {sentences}") from None
    return str(slug), fields


def _fault(of: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=of.start_mark)


def _reason(error: yaml.YAMLError, text: str) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"line {line}: it holds the character U+{error.character:04X}."
    if not isinstance(error, yaml.MarkedYAMLError):
        return f"{error}."
    mark = error.problem_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{place}{error.problem}."
