"""Recompiles the lock files: exact versions with hashes, and no addresses of any registry."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from scripts.problem import Problem, say
from scripts.setup.steps import Runner
from scripts.setup.toolchain import Toolchain

ROOT = Path(__file__).resolve().parents[2]
TESTS_LOCK = "tests/requirements.txt"
RUNS = (
    *("requirements", "django_backend/requirements", "flask_frontend/requirements"),
    *("local_ai/requirements", "local_ai/fallback"),
)
EXTRAS = "django_backend/extras"
"""One lock file for each provider with a plugin: what it needs beside the packages of a run."""
ALONE = ("tests/requirements", "bench/peers/requirements")
TOOLS = ("node", "go")
PIP_COMPILE = [
    *("pip", "compile", "--universal", "--generate-hashes", "--python-version", "3.11"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
]


def lock(arguments: Sequence[str]) -> int:
    """Writes every lock file anew; `--upgrade` takes newer versions where the ranges allow."""
    toolchain, runner = Toolchain(ROOT), Runner(ROOT, "make lock")
    toolchain.set_up(runner, media_server=False, tests=True)
    upgrade = ["--upgrade"] if "--upgrade" in arguments else []
    for source, target, extra in _compilations():
        say(f"  {target}")
        Path(ROOT / target).touch()
        command = [str(toolchain.python), "-m", "uv", *PIP_COMPILE, *upgrade, *extra]
        runner.call(target, [*command, source, "-o", target])
    _leave_out_what_runs_have()
    _lock_npm(toolchain, runner, bool(upgrade))
    return 0


def _compilations() -> list[tuple[str, str, list[str]]]:
    alone = [(f"{name}.in", f"{name}.txt", list[str]()) for name in ALONE]
    # Constrained by what the tests use, so that one environment serves a run and the tests.
    extras = [f"{EXTRAS}/{path.stem}" for path in sorted((ROOT / EXTRAS).glob("*.in"))]
    runs = [(f"{name}.in", f"{name}.txt", ["-c", TESTS_LOCK]) for name in (*RUNS, *extras)]
    tools = [
        (f"scripts/setup/tools-{t}.in", f"scripts/setup/tools-{t}.txt", list[str]()) for t in TOOLS
    ]
    return [(os.path.normpath(s), os.path.normpath(t), e) for s, t, e in alone + runs + tools]


def _leave_out_what_runs_have() -> None:
    """Shortens the extras' lock files by what `requirements.txt` installs before them."""
    held = set(_locked((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    for path in sorted((ROOT / EXTRAS).glob("*.txt")):
        own = _locked(path.read_text(encoding="utf-8"))
        path.write_text("".join(text for name, text in own.items() if name not in held))


def _locked(text: str) -> dict[str, str]:
    """The requirements of a lock file by their packages' names, each with its hashes."""
    found = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    return {each.partition("==")[0]: each for each in found if each.strip()}


def _lock_npm(toolchain: Toolchain, runner: Runner, upgrade: bool) -> None:
    target = "flask_frontend/package-lock.json"
    say(f"  {target}")
    command = "update" if upgrade else "install"
    flags = ["--package-lock-only", "--omit-lockfile-registry-resolved", "--ignore-scripts"]
    toolchain.npm(runner, target, command, *flags)
    if '"resolved"' in (ROOT / target).read_text(encoding="utf-8"):
        raise Problem(
            f"{target} names the addresses of a registry, because this npm is too old to leave "
            "them out. Use npm 8.12 or newer and run `make lock` again."
        )
