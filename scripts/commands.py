"""The commands of `dev.py`: each prepares what it needs and gives the exit code."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from scripts.checks.browser import browser
from scripts.checks.plan import Plan
from scripts.checks.running import foreground
from scripts.cluster import tools as cluster_tools
from scripts.problem import Interrupted, Problem, from_os_error, report, say
from scripts.run import console, guardian, offline, ports, services
from scripts.run.engine import Engine
from scripts.run.signals import SIGNALS
from scripts.setup import environment, local_voice, locks
from scripts.setup.steps import Runner, Step
from scripts.setup.toolchain import NO_MEDIA_SERVER, Toolchain

ROOT = Path(__file__).resolve().parent.parent
MADE_BY_SETUP = (
    ".venv",
    ".tools",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    "flask_frontend/node_modules",
    "flask_frontend/static/js/voice-agent.js",
    "flask_frontend/static/js/session-page.js",
    "flask_frontend/static/js/local-voice-page.js",
    "flask_frontend/static/js/check-page.js",
    "tests/screenshots",
    "bench/results",
)
EXTRA = "--extra="
IMPORTS = {"PYTHONPATH": os.pathsep.join(str(ROOT / n) for n in (".", "django_backend", "tests"))}
"""What pytest reads in pyproject.toml, for programs that use the tests' parts."""


def main(arguments: list[str], help_text: str) -> int:
    """Runs one command; whatever a person can mend is told in two sentences."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    for signum in SIGNALS:
        signal.signal(signum, _interrupt)
    try:
        return _command(arguments, help_text)
    except Problem as problem:
        report(problem)
        return 1
    except OSError as error:
        report(from_os_error(error))
        return 1
    except Interrupted as interrupted:
        name = signal.Signals(interrupted.signum).name
        say(f"Stopped by {name}; running it again goes on from here.")
        return 128 + interrupted.signum
    finally:
        guardian.close()


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise Interrupted(signum)


def _command(arguments: list[str], help_text: str) -> int:
    name, rest = (arguments or ["help"])[0], arguments[1:]
    if name in ("help", "-h", "--help") or "--help" in rest:
        say(help_text.rstrip())
        return 0
    known = {
        "run": run,
        "run-cluster": run_cluster,
        "check": check,
        "test": test,
        "faults": faults,
        "setup": setup,
        "manage": manage,
        "bench": bench,
        "lock": locks.lock,
        "clean": clean,
    }
    if name not in known:
        say(help_text.rstrip())
        raise Problem(f"There is no command {name!r}. The list above has those that there are.")
    return known[name](rest)


def run(arguments: list[str]) -> int:
    """Sets up, starts everything, and stays until it ends; the reason is printed last."""
    parser = argparse.ArgumentParser("run", add_help=False)
    parser.add_argument("--no-setup", action="store_true")
    parser.add_argument("--procfile", type=Path, default=ROOT / "Procfile")
    parser.add_argument("--env-file", type=Path, default=ROOT / ".env")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    made = environment.ensure_env_file(options.env_file, ROOT / ".env.example")
    if made:
        say(f"Made random development secrets in {options.env_file.name}: {', '.join(made)}")
    settings = environment.load(options.env_file)
    names = services.needed(settings)
    local_voice.read(settings)
    env = environment.resolve(settings, ROOT)
    ports.check_ports(env, services.ports(names, env))
    toolchain = Toolchain(ROOT)
    if not options.no_setup:
        _set_up(toolchain, settings, tests=False, again="make run")
        _migrate(toolchain, env)
        ports.check_ports(env, services.ports(names, env))
    env = _with_media_server(services.child_environment(env, toolchain.bin), names, toolchain)
    engine = Engine(services.programs(options.procfile, env, names, ROOT))

    def start() -> None:
        engine.start_together(list(engine.programs))
        _announce(services.address(env), env, started, names)
        address = services.address(env)
        console.tell_link(toolchain.python, ROOT / "django_backend", address, env)

    try:
        engine.run(start, engine.refuse_ended)
    except Interrupted as asked:
        say(f"Stopped by {signal.Signals(asked.signum).name}; nothing is left running.")
        return 128 + asked.signum


def run_cluster(arguments: list[str]) -> int:
    """Sets up and runs the whole system as on many machines, until Ctrl-C."""
    from scripts.cluster import cluster

    started = time.monotonic()
    settings = environment.load(ROOT / ".env")
    settings["CLUSTER_PORT"] = settings.get("CLUSTER_PORT") or cluster.PORT
    ports.check_ports(settings, ["CLUSTER_PORT"], cluster.AGAIN)
    toolchain = Toolchain(ROOT)
    own = {"LIVEKIT_URL": "", "LIVEKIT_SERVER_BIN": os.environ.get("LIVEKIT_SERVER_BIN", "")}
    _set_up(toolchain, {**settings, **own}, tests=False, again=cluster.AGAIN)
    cluster_tools.ensure(cluster.AGAIN)
    folder = Path(settings.get("DATA_DIR") or ROOT / "data").resolve() / "cluster"
    chosen = {name: settings[name] for name in cluster.CHOSEN if settings.get(name)}
    running = cluster.Cluster(folder, chosen, python=str(toolchain.python))
    note = " (its certificate is its own, so the browser asks once)"
    names = services.needed(chosen)
    running.run(lambda: _announce(f"{running.url}{note}", running.env, started, names))


def faults(arguments: list[str]) -> int:
    """Sets up as for the tests and does faults to a cluster; the arguments go to tests/faults."""
    env, toolchain = _prepare_tests("make faults")
    python = str(toolchain.python)
    failed = 0
    if not arguments:
        failed = foreground([python, "-m", "pytest", "-m", "slow"], ROOT, env)[0]
    command = [python, "-m", "faults", *arguments]
    return foreground(command, ROOT, {**env, **IMPORTS})[0] or failed


def check(arguments: list[str]) -> int:
    """Sets up and runs the checks that need only this machine; non-zero when one failed."""
    toolchain = Toolchain(ROOT)
    toolchain.set_up(Runner(ROOT, "make check"), media_server=False, tests=True)
    return Plan(ROOT, toolchain, _test_environment(toolchain)).run_quick()


def test(arguments: list[str]) -> int:
    """Sets up and runs every check; non-zero when one of them failed."""
    env, toolchain = _prepare_tests("make test")
    return Plan(ROOT, toolchain, env).run_all()


def setup(arguments: list[str]) -> int:
    """Sets up what is missing and says whether anything was."""
    environment.ensure_env_file(ROOT / ".env", ROOT / ".env.example")
    settings = environment.load(ROOT / ".env")
    extras = [
        each.removeprefix(EXTRA) for each in arguments if each.startswith(EXTRA) and each != EXTRA
    ]
    again = " ".join(["make setup", *([f'EXTRAS="{" ".join(extras)}"'] if extras else [])])
    tests = "--tests" in arguments
    count = _set_up(Toolchain(ROOT), settings, tests=tests, again=again, extras=extras)
    say("Everything is set up." if count else "Everything was set up already.")
    return 0


def manage(arguments: list[str]) -> int:
    """Runs a command of the backend's manage.py with the settings that `run` has."""
    toolchain = Toolchain(ROOT)
    if not toolchain.python.exists():
        raise Problem("Nothing is set up here yet. `make run` does that, and makes the database.")
    env = environment.resolve(environment.load(ROOT / ".env"), ROOT)
    command = [str(toolchain.python), str(ROOT / "django_backend" / "manage.py"), *arguments]
    return subprocess.call(command, env=services.child_environment(env, toolchain.bin))


def bench(arguments: list[str]) -> int:
    """Sets up as for the tests and runs the benchmark with the arguments."""
    env, toolchain = _prepare_tests("make bench")
    if "local" in arguments:
        env.pop("LOCAL_LLM")
    command = [str(toolchain.python), "-m", "bench", *arguments]
    return foreground(command, ROOT, {**env, **IMPORTS})[0]


def clean(arguments: list[str]) -> int:
    """Deletes what set-up and the tests made; `.env` and the data stay."""
    for name in MADE_BY_SETUP:
        path = ROOT / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    say("Deleted what setup and the tests made. .env and the data folder are still there.")
    if (cache := local_voice.read(os.environ).cache).exists():
        say(f"So is what the offline voice has fetched, for all your checkouts: {cache}")
    return 0


def _set_up(
    toolchain: Toolchain,
    settings: Mapping[str, str],
    tests: bool,
    again: str,
    extras: Sequence[str] = (),
) -> int:
    started = time.monotonic()
    needs_server = tests or not settings.get("LIVEKIT_URL")
    build = needs_server and (
        toolchain.media_server(settings) in (None, str(toolchain.built_server))
    )
    runner = Runner(ROOT, again)
    is_offline = tests or services.needs_local_ai(settings)
    ears = [local_voice.ears(toolchain, settings)] if is_offline else []
    count = toolchain.set_up(runner, build, tests, ears, extras)
    if is_offline and not tests:
        count += local_voice.set_up_engines(toolchain, settings, runner)
    if count:
        say(f"Set up in {time.monotonic() - started:.0f} s.")
    return count


def _prepare_tests(again: str) -> tuple[dict[str, str], Toolchain]:
    """Everything that the tests use: packages, and the programs that they start."""
    toolchain = Toolchain(ROOT)
    _set_up(toolchain, os.environ, tests=True, again=again)
    env = _test_environment(toolchain)
    env["LIVEKIT_SERVER_BIN"] = toolchain.media_server(os.environ) or ""
    env["CHROMIUM_PATH"] = browser(os.environ, again)
    cluster_tools.ensure(again)
    return env, toolchain


def _test_environment(toolchain: Toolchain) -> dict[str, str]:
    """The environment of the tests: none of the project's settings but the cache, and no model.

    They start some hundred Python programs, which would all compile the same sources where
    somebody has turned Python's cache off.
    """
    own = {*environment.documented(ROOT / ".env.example"), "PYTHONDONTWRITEBYTECODE"}
    own -= {"LOCAL_AI_CACHE"}
    env = {name: value for name, value in os.environ.items() if name not in own}
    return services.child_environment({**env, "LOCAL_LLM": "off"}, toolchain.bin)


def _migrate(toolchain: Toolchain, env: Mapping[str, str]) -> None:
    backend, data = ROOT / "django_backend", Path(env["DATA_DIR"])
    child_env = services.child_environment(env, toolchain.bin)
    record = data / "voice-agent.sqlite3"
    is_empty = record.exists() and not record.stat().st_size
    title = "The database"
    hint = (
        "The database could not be brought up to date; the lines above say why. "
        "Correct the setting that they name and run `make run` again."
    )
    command = [str(toolchain.python), "manage.py", "migrate", "--noinput", "-v", "0"]
    step = Step(
        title,
        "5 s",
        lambda runner: runner.call(title, command, backend, child_env, hint),
        data / "migrated.stamp",
        inputs=[ROOT / "requirements.txt", *sorted(backend.glob("*/migrations"))],
        outputs=[record],
        # Somebody's own database may have been replaced by another behind the same address.
        is_missing=True if env.get("DATABASE_URL") or is_empty else None,
    )
    Runner(ROOT, "make run").run([[step]])


def _with_media_server(
    env: dict[str, str], names: set[str], toolchain: Toolchain
) -> dict[str, str]:
    if services.MEDIA_SERVER not in names:
        return env
    program = toolchain.media_server(env)
    if program is None:
        raise Problem(NO_MEDIA_SERVER)
    config = services.write_media_config(env)
    return {**env, "LIVEKIT_SERVER_BIN": program, "LIVEKIT_CONFIG_FILE": str(config)}


def _announce(address: str, env: Mapping[str, str], started: float, names: Collection[str]) -> None:
    seconds, found = time.monotonic() - started, dict[str, Any]()
    if services.LOCAL_AI in names:
        found = offline.status(env)
        own = [int(env[name]) for name in services.ports(set(names), env)]
        for line in offline.notes(env, found) + offline.offers(env, own):
            say(line)
    say(
        f"Ready after {seconds:.0f} s: open {address} - it runs on "
        f"{services.voice(env)}{offline.clause(env, found)}. Ctrl-C stops it."
    )
