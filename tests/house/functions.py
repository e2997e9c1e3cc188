"""How long our functions are, and how many say their types and what they give."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
IMPLICIT = {"self", "cls"}


@dataclass
class Count:
    """Sizes in lines, and what has no annotation or no docstring, each as `file:line name`."""

    sizes: list[int] = field(default_factory=list)
    annotations: int = 0
    bare: list[str] = field(default_factory=list)
    public: int = 0
    silent: list[str] = field(default_factory=list)
    shapeless: list[str] = field(default_factory=list)
    """Public functions that return a dict, a float or a tuple and do not say what is in it."""

    @property
    def annotated(self) -> float:
        """The share of parameters and results with a type, from 0 to 1."""
        return 1 - len(self.bare) / max(1, self.annotations)

    @property
    def told(self) -> float:
        """The share of public modules, classes and functions with a docstring, from 0 to 1."""
        return 1 - len(self.silent) / max(1, self.public)

    def size(self, share: float) -> int:
        """The lines that this share of the functions does not exceed."""
        return sorted(self.sizes)[max(0, math.ceil(len(self.sizes) * share) - 1)]


def count(paths: Iterable[Path]) -> Count:
    """All functions of these files, with those inside classes and functions."""
    found = Count()
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, Function):
                _measure(found, node, path)
        for name, node in _public(tree):
            found.public += 1
            if not ast.get_docstring(node):
                found.silent.append(f"{path}:{getattr(node, 'lineno', 1)} {name}")
                found.shapeless += found.silent[-1:] if _has_shape(node) else []
    return found


def _measure(found: Count, node: Function, path: Path) -> None:
    found.sizes.append((node.end_lineno or node.lineno) - node.lineno + 1)
    typed = [*_parameters(node), node.returns]
    found.annotations += len(typed)
    found.bare += [f"{path}:{node.lineno} {node.name}" for each in typed if each is None]


def _has_shape(node: ast.AST) -> bool:
    given = node.returns if isinstance(node, Function) else None
    return bool(given and {"dict", "float", "tuple", "Mapping"} & set(_words(given)))


def _words(annotation: ast.expr) -> Iterator[str]:
    return (each.id for each in ast.walk(annotation) if isinstance(each, ast.Name))


def _parameters(node: Function) -> Sequence[ast.expr | None]:
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    others = [each for each in (given.vararg, given.kwarg) if each]
    return [each.annotation for each in [*named, *others] if each.arg not in IMPLICIT]


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    """What others may use: the module, and public classes with their public methods.

    Methods of a class with bases are left out: what they give is told by the base that calls them.
    """
    if tree.body:
        yield "module", tree
    within: list[ast.Module | ast.ClassDef] = [tree]
    while within:
        for node in within.pop().body:
            if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
                yield node.name, node
                within += [node] if isinstance(node, ast.ClassDef) and not node.bases else []
