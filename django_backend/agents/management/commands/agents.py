"""`manage.py agents`: agents kept in files, for those who have them in git."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import transaction
from rest_framework.serializers import ValidationError
from webhooks.queries import unknown_names

from agents import files, queries, saving
from agents.agent import DEFAULT
from agents.fields import AgentFields
from agents.models import Revision

BY = "command line"
PIPED, PIPED_IN = "-", "what is piped in"


@dataclass(frozen=True)
class Wanted:
    """An agent as a file has it."""

    file: str
    slug: str
    fields: dict[str, Any]

    @property
    def place(self) -> str:
        """Which agent of which file it is, for whoever has to mend it."""
        return f"{self.file}, {self.slug}"


class Command(BaseCommand):
    """Lists agents, writes them as YAML, and makes them what files say."""

    help = "Lists agents, writes them as YAML, and makes them what files say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        ways = parser.add_subparsers(dest="way", required=True)
        ways.add_parser("list", help="the agents that are kept here")
        export = ways.add_parser("export", help="prints agents as YAML")
        export.add_argument("slugs", nargs="*", metavar="SLUG", help="which; all without any")
        apply = ways.add_parser("apply", help="makes or changes the agents of YAML files")
        apply.add_argument("files", nargs="+", metavar="FILE", help="- for what is piped in")
        apply.add_argument("--check", action="store_true", help="only says what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['way']}")(options)
        except DatabaseError as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(
                f"The database cannot be used ({reason}). Is it up, and has manage.py migrate made "
                "its tables? Nothing was changed."
            ) from None

    def _list(self, _options: dict[str, Any]) -> None:
        for each in _all():
            self.stdout.write(
                f"{each.agent.slug}  {each.agent.visibility}  revision {each.number}  {each.name}"
            )

    def _export(self, options: dict[str, Any]) -> None:
        chosen = [_current(slug) for slug in dict.fromkeys(options["slugs"])] or _all()
        self.stdout.write("---\n".join(files.written(each) for each in chosen), ending="")

    def _apply(self, options: dict[str, Any]) -> None:
        """All of it or nothing: a fault in one file leaves every agent as it was."""
        wanted = _wanted(options["files"])
        with transaction.atomic():
            saved = [_applied(each) for each in wanted]
            transaction.set_rollback(options["check"])
        for before, now in saved:
            self.stdout.write(_told(before, now, "would be" if options["check"] else "is now"))
            self._tell_missing(now)
        if options["check"]:
            self.stdout.write("Nothing was changed.")

    def _tell_missing(self, now: Revision) -> None:
        for name in unknown_names(now.fields.get("webhooks", [])):
            self.stdout.write(f"{now.agent.slug} names {name}, and there is no such webhook yet.")


def _all() -> list[Revision]:
    found, after = queries.all_agents(limit=queries.AGENTS_LIMIT)
    while after:
        more, after = queries.all_agents(after=after, limit=queries.AGENTS_LIMIT)
        found += more
    return found


def _current(slug: str) -> Revision:
    try:
        return queries.current(slug)
    except queries.UnknownAgent:
        pass
    if slug == DEFAULT:
        raise CommandError(f"Nobody has saved {DEFAULT}: it is what the settings say.")
    raise CommandError(f"There is no agent called {slug}.")


def _wanted(names: Sequence[str]) -> list[Wanted]:
    """The agents of all files; one that is there twice is refused, because only one can count."""
    found: dict[str, Wanted] = {}
    for name in names:
        for slug, fields in _agents_in(name):
            wanted = Wanted(PIPED_IN if name == PIPED else name, slug, fields)
            if first := found.get(slug):
                raise CommandError(f"{wanted.place}: It is there twice, first in {first.file}.")
            found[slug] = wanted
    return list(found.values())


def _agents_in(name: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        return files.read(_content(name))
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
    except files.Unreadable as error:
        raise CommandError(f"{PIPED_IN if name == PIPED else name}: {error}") from None


def _content(name: str) -> bytes:
    """Enough of a file to tell that it is too large."""
    most = files.MOST_BYTES + 1
    if name == PIPED:
        return sys.stdin.buffer.read(most)
    with Path(name).open("rb") as opened:
        return opened.read(most)


def _applied(wanted: Wanted) -> tuple[Revision | None, Revision]:
    """The agent's revision before, None where there was none, and the one that it has now."""
    try:
        before = queries.current(wanted.slug)
    except queries.UnknownAgent:
        before = None
    try:
        return before, _saved(wanted, before)
    except ValidationError as error:
        raise CommandError(f"{wanted.place}: {_sentences(error)}") from None
    except saving.SlugTaken:
        raise CommandError(
            f"{wanted.place}: An agent of this slug was retired, and its sessions keep it; choose "
            "another slug."
        ) from None
    except (saving.Changed, queries.UnknownAgent):
        raise CommandError(
            f"{wanted.place}: Somebody else saved it at the same moment; run this again."
        ) from None


def _saved(wanted: Wanted, before: Revision | None) -> Revision:
    fields = saving.checked(wanted.fields)
    if before is None and wanted.slug != DEFAULT:
        return saving.create(wanted.slug, fields, BY)
    whole = {**dict.fromkeys(AgentFields().fields), **fields}
    return saving.save(wanted.slug, whole, BY, base=before.number if before else 0)


def _told(before: Revision | None, now: Revision, becomes: str) -> str:
    slug = now.agent.slug
    if before is None:
        return f"{slug} {becomes} an agent, at revision {now.number}."
    if before.number == now.number:
        return f"{slug} is as the file says (revision {now.number})."
    changed = ", ".join(saving.differences(before.fields, now.fields))
    return f"{slug} {becomes} revision {now.number}, with other {changed}."


def _sentences(error: ValidationError) -> str:
    """All that is wrong, each with the name of its field."""
    return " ".join(f"{path}: {sentence}" for path, sentence in _faults("", error.detail))


def _faults(path: str, detail: Any) -> list[tuple[str, str]]:
    if isinstance(detail, dict):
        inner = [(_within(path, name), each) for name, each in detail.items()]
    elif isinstance(detail, list):
        inner = [
            (path if isinstance(each, str) else _within(path, at), each)
            for at, each in enumerate(detail)
        ]
    else:
        return [(path, str(detail))]
    return [fault for place, each in inner for fault in _faults(place, each)]


def _within(path: str, name: str | int) -> str:
    """The path of a field, or of an entry by its place in a list, which people count from 1."""
    if name == "non_field_errors":
        return path
    if isinstance(name, int):
        return f"{path}, entry {name + 1}"
    return f"{path}, {name}" if path else name
