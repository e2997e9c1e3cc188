"""Every setting that the code reads is explained to people, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import ROOT

from scripts.setup.environment import documented

NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
READERS = {
    "text",
    "number",
    "choice",
    "flag",
    "language",
    "words",
    "networks",
    "value",
    "key",
    "seconds",
    "port",
    "url",
    "secret",
}
"""Functions that read one variable, whatever underscore they begin with."""
ENVIRONMENTS = {"env", "environ", "settings"}
KINDS = ("STT", "LLM", "TTS")
OF_PROGRAMS = {
    *("PATH", "SSL_CERT_FILE", "GOFLAGS", "DEBIAN_FRONTEND", "DJANGO_SETTINGS_MODULE"),
    *("LOCALAPPDATA", "XDG_CACHE_HOME"),
}
"""Variables of other programs, which are not ours to explain."""
WHERE_PROGRAMS_ARE = {"LIVEKIT_SERVER_BIN", "CHROMIUM_PATH"}
"""Of the environment: the tests, which read no `.env`, use them too."""


def sources() -> Iterator[Path]:
    for folder in ("django_backend/config", "scripts", "local_ai"):
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield ROOT / "flask_frontend/settings.py"


def read_by(source: str) -> set[str]:
    """The names of the variables that a module reads."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        for name in _read_at(node):
            found |= {name} if not name.startswith("_") else {kind + name for kind in KINDS}
    return {name for name in found if NAME.fullmatch(name)} - OF_PROGRAMS


def _read_at(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(value=of, attr="get" | "setdefault" | "pop"), args=args):
            if _is_environment(of):
                yield from _names(args[:1])
        case ast.Call(func=ast.Name(id=function), args=args) if function.strip("_") in READERS:
            yield from list(_names(args))[:1]
        case ast.Subscript(value=of, slice=key) if _is_environment(of):
            yield from _names([key])
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[of]):
            if _is_environment(of):
                yield from _names([key])
        case ast.Assign(targets=[ast.Name(id="SECRETS")], value=ast.Tuple(elts=names)):
            yield from _names(names)
        case ast.Assign(targets=[ast.Name(id="PORTS")], value=ast.Dict(keys=names)):
            yield from _names([name for name in names if name])


def _is_environment(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name.strip("_") in ENVIRONMENTS


def _names(nodes: list[ast.expr]) -> Iterator[str]:
    """The strings among the nodes; of f"{prefix}_MODEL" what follows the prefix."""
    for node in nodes:
        match node:
            case ast.Constant(value=str(name)):
                yield name
            case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value=str(name))]):
                yield name


def settings_of_the_code() -> set[str]:
    """Every variable that the project reads."""
    return set().union(*(read_by(path.read_text(encoding="utf-8")) for path in sources()))


def settings_of_the_readme() -> list[str]:
    """The names in the first column of the table of settings."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Settings\n")[1]
    rows = re.findall(r"^\| (`.+?) \|", section.split("\n## ")[0], flags=re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize(
    "code",
    [
        'X = text("NEW_ONE")',
        'x = _port(env, "NEW_ONE", 1)',
        'x = os.environ.get("NEW_ONE")',
        'x = os.environ["NEW_ONE"]',
        'x = "NEW_ONE" in env',
    ],
)
def test_a_setting_is_found_however_it_is_read(code: str) -> None:
    assert read_by(code) == {"NEW_ONE"}


def test_settings_of_each_service_are_found() -> None:
    assert read_by('x = _value(env, f"{prefix}_KEY")') == {"STT_KEY", "LLM_KEY", "TTS_KEY"}


def test_the_readme_names_every_setting_once_and_no_other() -> None:
    assert sorted(settings_of_the_readme()) == sorted(settings_of_the_code())


def test_the_example_names_every_setting_once_and_no_other() -> None:
    names = documented(ROOT / ".env.example")
    assert sorted(names) == sorted(settings_of_the_code() - WHERE_PROGRAMS_ARE)
