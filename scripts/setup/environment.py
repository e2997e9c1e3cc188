"""The settings of a development run: `.env`, the environment, and what follows from them."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.private import private_file

from scripts.addresses import LOOPBACK_HOSTS, own_host
from scripts.files import write_private
from scripts.problem import Problem

ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
SECRETS = (
    "LIVEKIT_API_KEY",
    "LIVEKIT_API_SECRET",
    "DJANGO_SECRET_KEY",
    "FLASK_SECRET_KEY",
    "VISITOR_SECRET",
    "CREDENTIALS_KEY",
)
LIVEKIT_CREDENTIALS = ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
PORTS = {
    "FRONTEND_PORT": "5173",
    "BACKEND_PORT": "8000",
    "LIVEKIT_PORT": "7880",
    "LIVEKIT_UDP_PORT": "7882",
    "LOCAL_AI_PORT": "8001",
}


def parse_env(text: str, name: str = ".env") -> dict[str, str]:
    """The settings in a `.env` file: KEY=VALUE, quotes and # comments; the rest is refused."""
    settings: dict[str, str] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = ASSIGNMENT.fullmatch(stripped)
        if not match:
            raise _bad_line(name, number, "is not of the form NAME=value")
        key, raw = match.groups()
        if key in settings:
            raise _bad_line(name, number, f"sets {key} a second time")
        settings[key] = _value(raw, name, number)
    return settings


def load(path: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for the project: `.env` below, variables of the environment on top.

    The file holds keys: whoever else could read it no longer can.
    """
    private_file(path)
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise Problem(f"{path.name} is not UTF-8 text. Save it as UTF-8 and try again.") from None
    return {**parse_env(text, path.name), **environ}


def ensure_env_file(
    path: Path, example: Path, environ: Mapping[str, str] = os.environ
) -> list[str]:
    """The names of the development secrets that were missing and are now in `path`.

    A missing file is made from the example, readable by its owner only; lines that are there stay
    as they are. Credentials of somebody's own LiveKit are never invented.
    """
    is_new = not path.exists()
    text = (example if is_new else path).read_text(encoding="utf-8")
    settings = {**parse_env(text, path.name), **environ}
    if settings.get("DEBUG", "true").strip().lower() not in ("true", "1", "yes", "on"):
        return []
    missing = [name for name in SECRETS if not settings.get(name)]
    if settings.get("LIVEKIT_URL"):
        _require_credentials(missing)
    for name in missing:
        text = _with_secret(text, name)
    if is_new or missing:
        write_private(path, text)
    return missing


def resolve(settings: Mapping[str, str], root: Path) -> dict[str, str]:
    """Every setting the processes need, with what is unset derived from the ports."""
    env = dict(settings)
    for name, default in {**PORTS, "BIND_HOST": "127.0.0.1", "DEBUG": "true"}.items():
        env[name] = env.get(name, "").strip() or default
    env["BIND_HOST"] = env["BIND_HOST"].strip("[]")
    is_development = env["DEBUG"].lower() in ("true", "1", "yes", "on")
    env["LIVEKIT_TCP_PORT"] = env.get("LIVEKIT_TCP_PORT", "").strip()
    env["DATA_DIR"] = str((root / (env.get("DATA_DIR") or "data")).resolve())
    backend = f"http://{own_host(env)}:{env['BACKEND_PORT']}"
    env.setdefault("BACKEND_URL", backend)
    if is_development:
        env.setdefault("BACKEND_PUBLIC_URL", backend)
    if not env.get("LIVEKIT_URL"):
        env["LIVEKIT_URL"] = f"ws://127.0.0.1:{env['LIVEKIT_PORT']}"
    if not env.get("LIVEKIT_PUBLIC_URL"):
        env["LIVEKIT_PUBLIC_URL"] = env["LIVEKIT_URL"]
    if is_development:
        origins = [f"http://{host}:{env['FRONTEND_PORT']}" for host in LOOPBACK_HOSTS]
        env.setdefault("CORS_ORIGINS", ",".join(origins))
    return env


def documented(example: Path) -> list[str]:
    """The names of all settings that `.env.example` explains, set or commented out."""
    lines = example.read_text(encoding="utf-8").splitlines()
    return [m[1] for line in lines if (m := re.match(r"(?:# )?([A-Z][A-Z0-9_]+)=", line))]


def _value(raw: str, name: str, number: int) -> str:
    if raw[:1] == "'":
        match = re.fullmatch(r"'([^']*)'\s*(?:#.*)?", raw)
        if not match:
            raise _bad_line(name, number, "has a quote that does not close, or text after it")
        return match[1]
    if raw[:1] == '"':
        match = re.fullmatch(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?', raw)
        if not match:
            raise _bad_line(name, number, "has a quote that does not close, or text after it")
        return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[0]), match[1])
    return re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].rstrip()


def _bad_line(name: str, number: int, what: str) -> Problem:
    return Problem(f"Line {number} of {name} {what}. Correct that line and try again.")


def _require_credentials(missing: list[str]) -> None:
    lacking = [name for name in LIVEKIT_CREDENTIALS if name in missing]
    if lacking:
        raise Problem(
            f"LIVEKIT_URL is set, so {' and '.join(lacking)} must be the ones of that server. "
            "Put them into .env, or remove LIVEKIT_URL to use a media server on this machine."
        )


def _with_secret(text: str, name: str) -> str:
    value = "dev" + secrets.token_hex(8) if name.endswith("API_KEY") else secrets.token_urlsafe(48)
    line = f"{name}={value}"
    filled, count = re.subn(rf"^{name}[ \t]*=.*$", line, text, count=1, flags=re.MULTILINE)
    return filled if count else text.rstrip("\n") + f"\n{line}\n"
