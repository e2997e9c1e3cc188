"""What the offline voice needs beside packages: its ears, and plain engines where those fail."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from local_ai import settings as local_ai
from local_ai.fetch import cache
from scripts.amounts import share, size
from scripts.problem import Problem, say
from scripts.setup.steps import Runner, Step, Unmet
from scripts.setup.toolchain import Toolchain

SETTINGS = ("LOCAL_AI_CACHE", "LOCAL_AI_THREADS")
TELL_SECONDS = 3.0
EARS = "Ears of the offline voice"
PLAIN = "Plain ears and voice"
STOPPED = "stopped"


def read(settings: Mapping[str, str]) -> local_ai.Settings:
    """Returns what the offline voice is told; Problem when a setting of it is unusable."""
    try:
        return local_ai.read(settings)
    except local_ai.Unusable as unusable:
        raise Problem(str(unusable)) from None


def ears(toolchain: Toolchain, settings: Mapping[str, str]) -> Step:
    """The step that fetches the ears into the user's cache, where other checkouts find them too."""
    folder = read(settings).cache

    def fetch(runner: Runner) -> None:
        progress = Progress(EARS)
        command = [str(toolchain.python), "-m", "local_ai.fetch", "ears"]
        env = {**runner.env, **_chosen(settings)}
        try:
            runner.call(EARS, command, toolchain.root, env, on_line=progress)
        except Problem as problem:
            code, message = progress.failed or ("", "; ".join(problem.last_lines))
            if code == STOPPED:
                raise
            raise Unmet(
                f"{EARS} could not be fetched: {message} Until the next start, which tries again, "
                "plain ones listen, which understand less."
            ) from None

    return Step(
        EARS,
        f"{size(cache.size('ears'))}, 2-30 s",
        fetch,
        toolchain.tools / "ears.stamp",
        is_missing=cache.whole("ears", folder) is None,
    )


def set_up_engines(toolchain: Toolchain, settings: Mapping[str, str], runner: Runner) -> int:
    """Installs the plain engines where a neural one does not start; gives how many steps it took.

    It is tried once for each set of packages, and again when the ears have come.
    """
    env = {**runner.env, **_chosen(settings)}
    lock = toolchain.root / "local_ai" / "fallback.txt"
    folder = cache.whole("ears", read(settings).cache)

    def attempt(runner: Runner) -> None:
        probe = [str(toolchain.python), "-m", "local_ai.probe"]
        try:
            if folder is None:
                raise Problem("There are no ears.")
            runner.call(PLAIN, [*probe, "ears", str(folder)], toolchain.root, env)
            runner.call(PLAIN, [*probe, "voice"], toolchain.root, env)
        except Problem:
            toolchain.pip(runner, PLAIN, "--require-hashes", "-r", str(lock))
            say(f"  {PLAIN} are installed, for what the neural ones cannot do here.")

    run_lock = toolchain.root / "requirements.txt"
    version = (toolchain.venv / "pyvenv.cfg").read_text(encoding="utf-8")
    inputs: list[Path | str] = [run_lock, lock, version, f"ears: {folder}"]
    title, stamp = "Trial of the neural ears and voice", toolchain.venv / "engines.stamp"
    return runner.run([[Step(title, "1-3 s", attempt, stamp, inputs)]])


class Progress:
    """Says every few seconds how far a fetch is, from the JSON lines that it prints."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._told_at = time.monotonic()
        self.failed: tuple[str, str] | None = None

    def __call__(self, line: str) -> None:
        try:
            found = json.loads(line)
        except ValueError:
            return
        if "failed" in found:
            self.failed = (found["failed"], found["message"])
        elif time.monotonic() - self._told_at >= TELL_SECONDS:
            self._told_at = time.monotonic()
            say(f"  ... {self._title}: {share(found['fetched_bytes'], found['total_bytes'])}")


def _chosen(settings: Mapping[str, str]) -> dict[str, str]:
    return {name: settings[name] for name in SETTINGS if settings.get(name)}
