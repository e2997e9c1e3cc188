"""Agents as YAML files: one document for each, with its slug and what is set of its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from common.faults import Code, Param, fault
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from agents.fields import AgentFields
from agents.models import Revision
from agents.services.keys import named
from agents.values import Slug

MOST_BYTES = 4 * 1024 * 1024
ORDER = ("slug", *AgentFields().fields)
_TAG = "tag:yaml.org,2002:"
_NO_YAML = "This is no YAML that can be read:"
_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Which YAML takes for ends of lines too, and texts have for their own reasons."""


class Unreadable(ValueError):
    """A file holds no agents; the `fault` says where and why."""

    def __init__(self, wrong: ErrorDetail) -> None:
        super().__init__(str(wrong))
        self.fault = wrong


class _Loader(yaml.SafeLoader):
    """Reads text, numbers, true, false and null: yes, off, 0600, 12:30 and dates are text.

    Aliases are refused, because a file of them could grow without bound, tags because nothing here
    needs one, and a field that is there twice because one of the two would be lost.
    """

    yaml_implicit_resolvers: dict[Any, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _NotTaken(
                event, "file_alias", "write the value out; aliases (*name) are not read."
            )
        if getattr(event, "tag", None):
            sentence = "write the value without its tag; {tag} is not read."
            raise _NotTaken(event, "file_tag", sentence, tag=event.tag)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _NotTaken(key, "file_key", "a field has a plain name, no list or map.")
            if key.value in found:
                sentence = "{name} is there twice; keep one of the two."
                raise _NotTaken(key, "file_twice", sentence, name=key.value)
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
        raise Unreadable(_fault_of(error, text)) from None
    except RecursionError:
        raise Unreadable(fault("file_too_deep", "The file is nested too deeply.")) from None
    if not documents:
        raise Unreadable(fault("file_empty", "There is no agent in it."))
    return [_agent(number, document) for number, document in enumerate(documents, 1)]


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise Unreadable(fault("file_too_large", "The file is larger than {limit} MB.", limit=most))
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unreadable(fault("file_no_text", "The file is no text in UTF-8.")) from None


def _agent(number: int, document: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(document, Mapping):
        sentence = "Agent {number} is no list of fields, such as `name: Ada`."
        raise Unreadable(fault("file_no_fields", sentence, number=number))
    fields = dict(document)
    try:
        slug = Slug().run_validation(fields.pop("slug", serializers.empty))
    except serializers.ValidationError as error:
        raise Unreadable(_wrong_slug(number, error)) from None
    return str(slug), fields


class _NotTaken(yaml.MarkedYAMLError):
    """Good YAML that is not read here; the `fault` begins with where it stands."""

    def __init__(self, of: Any, code: str, sentence: str, **params: Param) -> None:
        mark = of.start_mark
        place = {"line": mark.line + 1, "column": mark.column + 1}
        self.fault = fault(
            code, f"{_NO_YAML} line {{line}}, column {{column}}: {sentence}", **place, **params
        )
        super().__init__(problem=str(self.fault), problem_mark=mark)


def _wrong_slug(number: int, error: serializers.ValidationError) -> ErrorDetail:
    """What is wrong with a slug, which is said of the file."""
    first: Any = error.detail[0]  # type: ignore[index]
    return ErrorDetail(f"slug of agent {number}: {first}", Code("file_slug", number=number))


def _fault_of(error: yaml.YAMLError, text: str) -> ErrorDetail:
    if isinstance(error, _NotTaken):
        return error.fault
    if isinstance(error, yaml.reader.ReaderError):
        line, character = text.count("\n", 0, error.position) + 1, f"U+{error.character:04X}"
        sentence = f"{_NO_YAML} line {{line}}: it holds the character {{character}}."
        return fault("file_character", sentence, line=line, character=character)
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if mark is None:
        return fault("file_no_yaml", f"{_NO_YAML} {{reason}}.", reason=str(error))
    sentence = f"{_NO_YAML} line {{line}}, column {{column}}: {{reason}}."
    where = {"line": mark.line + 1, "column": mark.column + 1}
    return fault("file_no_yaml_at", sentence, reason=str(getattr(error, "problem", "")), **where)
