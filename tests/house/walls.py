"""Who imports whom among our own modules, and which imports break a wall of the house."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TREES = {"django_backend": "django_backend"} | dict.fromkeys(
    ("http_limits", "flask_frontend", "local_ai", "scripts", "bench"), "."
)
"""Folders with product modules, and below which folder their names begin."""
NOT_OURS = {"node_modules", "__pycache__", "migrations"}

GROUND = {"common", "wakeups"}
RECORD = {"voice_sessions"}
EDGES = {"api", "channels_app"}
AGENTS = {"agents", "agent_manager"}
ROOF = {"serving"}
SERVICES = {"visitors", "media_server", "operators", "vault", "outgoing", "credentials", "webhooks"}
BACKEND = GROUND | RECORD | EDGES | AGENTS | ROOF | SERVICES | {"config"}
SITE, VOICE, LIMITS = {"flask_frontend"}, {"local_ai"}, {"http_limits"}
TOOLS = {"scripts", "bench"}
ALL = BACKEND | SITE | VOICE | LIMITS | TOOLS

DOORS = {"config.server", "config.asgi", "config.urls", "manage"}
"""Where Django and people look for the process; each is a few lines that lead into its rooms."""
OPEN = {
    *(("scripts", f"config.{name}") for name in ("services", "private", "nearby")),
    *((tool, f"local_ai.{name}") for tool in TOOLS for name in ("settings", "fetch.cache")),
}
"""What one may import of another in spite of the walls: which server each service talks to, which
files are their owner's alone, what runs nearby, and what the offline voice is told and has. All
need the standard library alone."""

FORBIDDEN: list[tuple[str, Collection[str], Collection[str]]] = [
    ("the ground imports nothing of ours but the settings", {"common"}, ALL - {"config"}),
    ("wake-ups import nothing of ours but the ground", {"wakeups"}, ALL - {"config", "common"}),
    ("the record imports no edge", RECORD, EDGES),
    ("the record imports no agents", RECORD, AGENTS),
    ("the record imports no webhooks", RECORD, {"webhooks"}),
    ("an edge imports no other edge", {"api"}, EDGES),
    ("an edge imports no other edge", {"channels_app"}, EDGES),
    ("agents import no REST and no sockets", AGENTS, EDGES),
    ("visitors, operators, secrets and the media server import no edge", SERVICES, EDGES),
    ("visitors, operators, secrets and the media server import no agents", SERVICES, AGENTS),
    ("nobody but the doors imports the roof", ALL, ROOF),
    ("the limits that all share import nothing of ours", LIMITS, ALL),
    ("the backend shares nothing with the site but the limits", BACKEND, SITE | VOICE | TOOLS),
    ("the site shares nothing with others but the limits", SITE, ALL - LIMITS),
    ("the offline voice shares nothing with others but the limits", VOICE, ALL - LIMITS),
    ("scripts import nothing of the product but a table and file modes", TOOLS, ALL - TOOLS),
]
"""Each rule, whom it binds, and what they may not import; one's own room is always allowed."""


@dataclass(frozen=True)
class Import:
    """One module that imports another of ours; `is_for_types` where only the checker does."""

    importer: str
    imported: str
    place: str
    is_for_types: bool


def imports(root: Path) -> list[Import]:
    """Every import among our modules, also those inside functions and relative ones."""
    files = {_name(path, root / base): path for base, path in _files(root)}
    packages = {name.rsplit(".", n)[0] for name in files for n in range(1, name.count(".") + 1)}
    known = packages | set(files)
    return [found for name, path in files.items() for found in _in_file(name, path, root, known)]


def modules(root: Path) -> list[Path]:
    """The files of the product's own modules, without migrations."""
    return [path for _, path in _files(root)]


def breaches(found: Iterable[Import]) -> list[str]:
    """The imports that go through a wall: where each is, and the rule that it breaks."""
    return [
        f"{one.place}: {one.importer} imports {one.imported}, but {rule}"
        for one in found
        for rule, bound, closed in FORBIDDEN
        if _is_breach(one, bound, closed)
    ]


def circles(found: Iterable[Import]) -> list[str]:
    """The circles of files, of folders and of rooms, each as the way around.

    Imports for the type checker alone are left out: no program runs them, and two files may well
    name each other's types. A file that lies beside folders stands for itself, not for them.
    """
    run = [one for one in found if not one.is_for_types]
    names = {name for one in run for name in (one.importer, one.imported)}
    parents = {name.rpartition(".")[0].rpartition(".")[0] for name in names}

    def folder(name: str) -> str:
        above = name.rpartition(".")[0]
        return name if above in parents or not above or name in DOORS else above

    def room(name: str) -> str:
        return name if name in DOORS else name.partition(".")[0]

    ways = [_way_around(_graph(run, grain)) for grain in (lambda name: name, folder, room)]
    return [" -> ".join(way) for way in ways if way]


def crowded(root: Path, most: int) -> dict[str, int]:
    """The folders with more source files than that, and how many; `__init__.py` counts as none."""
    found = [path for tree in (*TREES, "tests") for path in _sources(root / tree)]
    counts = Counter(path.parent.relative_to(root).as_posix() for path in found)
    return {folder: count for folder, count in sorted(counts.items()) if count > most}


def readers_of_settings(root: Path, rooms: Iterable[str]) -> list[str]:
    """The files in these rooms of the backend that import Django's settings, or ours."""
    paths = [path for room in rooms for path in (root / "django_backend" / room).rglob("*.py")]
    return [path.name for path in sorted(paths) if _reads_settings(path)]


def _reads_settings(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{each.name}" for each in node.names}
        else:
            names = {each.name for each in node.names} if isinstance(node, ast.Import) else set()
        if names & {"django.conf", "django.conf.settings", "config.settings"}:
            return True
    return False


def _is_breach(one: Import, bound: Collection[str], closed: Collection[str]) -> bool:
    importer, imported = one.importer.partition(".")[0], one.imported.partition(".")[0]
    if one.importer in DOORS or importer == imported or (importer, one.imported) in OPEN:
        return False
    return importer in bound and imported in closed


def _sources(folder: Path) -> list[Path]:
    kinds = ("*.py", "*.js", "*.css", "*.html")
    found = [path for kind in kinds for path in folder.rglob(kind)]
    return [p for p in found if not NOT_OURS & set(p.parts) and p.name != "__init__.py"]


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for tree, base in TREES.items():
        for path in sorted((root / tree).rglob("*.py")):
            if not NOT_OURS & set(path.parts):
                yield base, path


def _name(path: Path, base: Path) -> str:
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _in_file(name: str, path: Path, root: Path, known: Collection[str]) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for_types = {id(inner) for node in ast.walk(tree) for inner in _only_for_types(node)}
    for node in ast.walk(tree):
        for target in _targets(node, package):
            if (imported := _longest(target, known)) and imported != name:
                place = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
                yield Import(name, imported, place, id(node) in for_types)


def _only_for_types(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        for statement in node.body:
            yield from ast.walk(statement)


def _targets(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{source}.{alias.name}" for alias in node.names)


def _longest(target: str, known: Collection[str]) -> str:
    while target and target not in known:
        target = target.rpartition(".")[0]
    return target


Graph = Mapping[str, Collection[str]]


def _graph(found: Iterable[Import], grain: Callable[[str], str]) -> Graph:
    graph: dict[str, set[str]] = {}
    for one in found:
        importer, imported = grain(one.importer), grain(one.imported)
        if importer != imported:
            graph.setdefault(importer, set()).add(imported)
    return graph


def _way_around(graph: Graph) -> list[str]:
    """A way that ends where it began, if there is one."""
    done: set[str] = set()
    for start in sorted(graph):
        if way := _walk(graph, [start], done):
            return way
    return []


def _walk(graph: Graph, way: list[str], done: set[str]) -> list[str]:
    here = way[-1]
    for following in sorted(graph.get(here, ())):
        if following in way:
            return [*way[way.index(following) :], following]
        if following not in done and (found := _walk(graph, [*way, following], done)):
            return found
    done.add(here)
    return []
