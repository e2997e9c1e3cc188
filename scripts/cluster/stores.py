"""PostgreSQL and Redis on loopback, from a folder, for a cluster or for one run of the tests."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.files import write_private
from scripts.problem import Problem
from scripts.run import ports
from scripts.run.engine import Engine
from scripts.run.probes import answers_command, answers_line
from scripts.run.programs import Program

SUPERUSER = "voice_agent"
STOP_SECONDS = 10.0
MAX_CONNECTIONS = 200
POSTGRES_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For records that nobody will miss."""


def postgres_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder with PostgreSQL's own programs, the newest where there are several."""
    if on_path := shutil.which("postgres", path=environ.get("PATH")):
        return Path(on_path).resolve().parent
    found = [path for place in POSTGRES_PLACES for path in Path("/").glob(place[1:])]
    found = [path for path in found if (path / "initdb").exists()]
    return max(found, key=lambda path: [int(n) for n in _numbers(path)], default=None)


def postgres(folder: Path, port: int, password: str, log: Path, fast: bool = False) -> Program:
    """A PostgreSQL that keeps its data in the folder, which is made on the first use.

    It runs as an unprivileged user where we are root, because it refuses root.
    """
    programs = postgres_folder()
    if programs is None:
        raise Problem(
            "PostgreSQL is not installed. "
            "Install it (Debian: apt install postgresql; macOS: brew install postgresql)."
        )
    if not (folder / "PG_VERSION").exists():
        _init(folder, programs, password)
    options = [f"max_connections={MAX_CONNECTIONS}", "unix_socket_directories="]
    options += ["listen_addresses=127.0.0.1", "logging_collector=off", *(FAST if fast else ())]
    command = [str(programs / "postgres"), "-D", str(folder), "-p", str(port)]
    command += [word for option in options for word in ("-c", option)]
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    ready += ["-d", "postgres", "-t", "1"]
    return Program(
        "postgres",
        [*_unprivileged(folder), *command],
        folder,
        _environment(),
        f"postgres://127.0.0.1:{port}",
        lambda life: answers_command(ready),
        log=log,
        stops_in=1,
        # SIGTERM would wait until every client has left.
        stops_on=signal.SIGINT,
        grace=STOP_SECONDS,
    )


def database_url(port: int, password: str) -> str:
    """Where Django finds the database."""
    return f"postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"


def redis(folder: Path, port: int, password: str, log: Path) -> Program:
    """A Redis that keeps nothing on the disk."""
    program = shutil.which("redis-server")
    if program is None:
        raise Problem(
            "Redis is not installed. "
            "Install it (Debian: apt install redis-server; macOS: brew install redis)."
        )
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "redis.conf"
    write_private(config, redis_config(folder, port, password))
    ask = f"AUTH {password}\r\nPING\r\n".encode()
    return Program(
        "redis",
        [program, str(config)],
        folder,
        os.environ,
        f"redis://127.0.0.1:{port}",
        lambda life: answers_line(port, ask, b"+OK\r\n+PONG\r\n"),
        log=log,
        stops_in=1,
        grace=STOP_SECONDS,
    )


def redis_config(folder: Path, port: int, password: str) -> str:
    """Redis's configuration: loopback, a password, nothing kept."""
    lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", "daemonize no"]
    lines += ['save ""', "appendonly no", f'dir "{folder}"', 'logfile ""']
    return "\n".join(lines) + "\n"


def redis_url(port: int, password: str) -> str:
    """Where Channels finds the layer."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[dict[str, str]]:
    """Both for the block, on free ports: the settings that name them. Nothing is left of them."""
    database_port, layer_port = ports.free(), ports.free()
    password = secrets.token_urlsafe(24)
    programs = (
        postgres(folder / "postgres", database_port, password, folder / "postgres.log", True),
        redis(folder / "redis", layer_port, password, folder / "redis.log"),
    )
    with Engine(programs) as engine:
        engine.start_together(list(engine.programs))
        yield {
            "DATABASE_URL": database_url(database_port, password),
            "CHANNEL_LAYERS": redis_url(layer_port, password),
        }


def _init(folder: Path, programs: Path, password: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    if _is_root():
        os.chown(folder, *_owner())
    command = [str(programs / "initdb"), "-D", str(folder), "-U", SUPERUSER, "--no-sync"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    password_file = folder.with_name(f"{folder.name}.password")
    write_private(password_file, password + "\n")
    if _is_root():
        os.chown(password_file, *_owner())
    done = subprocess.run(
        [*_unprivileged(folder), *command, f"--pwfile={password_file}"],
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    password_file.unlink()
    if done.returncode:
        raise Problem(
            f"PostgreSQL could not make its folder {folder}; the lines above say why. "
            "Mend that, delete the folder and try again.",
            done.stdout.splitlines()[-12:],
        )


def _unprivileged(folder: Path) -> list[str]:
    if not _is_root():
        return []
    user, group = _owner()
    command = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    if not all(path.stat().st_mode & stat.S_IXOTH for path in folder.parents):
        # Somewhere above, such as /root, others may not pass; what is below still belongs to it.
        command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return command


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _owner() -> tuple[int, int]:
    import pwd  # not there on Windows, which has no root either

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise Problem(
        "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody. "
        "Run this as another user than root."
    )


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**own, "LC_ALL": "C.UTF-8"}


def _numbers(path: Path) -> list[str]:
    digits = "".join(char if char.isdigit() else " " for char in str(path))
    return digits.split()
