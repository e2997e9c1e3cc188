"""The frontend's settings: the only place of the site that reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal
from urllib.parse import urlsplit

LogFormat = Literal["json", "console"]
Recording = Literal["off", "ask"]
Network = IPv4Network | IPv6Network

DEVELOPMENT_SECRET = "development-only-secret-that-nobody-should-use"
MIN_SECRET_LENGTH = 32
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
MOST = 1_000_000
_TELLTALES = ("development-only", "change-me", "changeme", "change_me", "insecure", "example")
_WORDS = {"true": True, "1": True, "yes": True, "on": True}
_WORDS |= {"false": False, "0": False, "no": False, "off": False}
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]+")


class SettingsError(Exception):
    """A sentence that says which setting is wrong and what to set."""


@dataclass(frozen=True)
class Settings:
    """Everything the site is told from outside; URLs come without a trailing slash."""

    debug: bool
    secret_key: str = field(repr=False)
    visitor_secret: str = field(repr=False)
    bind_host: str = "127.0.0.1"
    port: int = 5173
    backend_url: str = "http://127.0.0.1:8000"
    backend_public_url: str = ""
    livekit_public_url: str = "ws://127.0.0.1:7880"
    allow_visitor_prompt: bool = False
    recording: Recording = "off"
    new_visitors_per_minute: int = 60
    slow_clients_per_address: int = 32
    log_format: LogFormat = "json"
    trusted_proxies: tuple[Network, ...] = ()
    allowed_hosts: tuple[str, ...] = LOOPBACK_HOSTS


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, or SettingsError with what to set.

    `BACKEND_PUBLIC_URL` unset means the backend's own address while DEBUG is on and one shared
    origin otherwise; set and empty always means one shared origin.
    """
    env = os.environ if environ is None else environ
    debug = _flag(env, "DEBUG")
    backend_url = _url(env, "BACKEND_URL", ("http", "https"))
    backend_url = backend_url or f"http://127.0.0.1:{_port(env, 'BACKEND_PORT', 8000)}"
    public_url = _url(env, "BACKEND_PUBLIC_URL", ("http", "https"))
    if debug and "BACKEND_PUBLIC_URL" not in env:
        public_url = backend_url
    return Settings(
        debug=debug,
        secret_key=_secret(env, "FLASK_SECRET_KEY", debug),
        visitor_secret=_secret(env, "VISITOR_SECRET", debug),
        bind_host=_bind_host(env),
        port=_port(env, "FRONTEND_PORT", 5173),
        backend_url=backend_url,
        backend_public_url=public_url,
        livekit_public_url=_livekit_url(env),
        allow_visitor_prompt=_flag(env, "ALLOW_VISITOR_PROMPT", debug and _is_loopback(env)),
        recording=_recording(env),
        new_visitors_per_minute=_number(env, "NEW_VISITORS_PER_MINUTE", 60),
        slow_clients_per_address=_number(env, "SLOW_CLIENTS_PER_ADDRESS", 32),
        log_format=_log_format(env, debug),
        trusted_proxies=_networks(env, "TRUSTED_PROXIES"),
        allowed_hosts=_allowed_hosts(env, debug),
    )


def _text(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()


def _flag(env: Mapping[str, str], name: str, default: bool = False) -> bool:
    word = _text(env, name).lower()
    if not word:
        return default
    if word not in _WORDS:
        raise SettingsError(f"{name} is {word!r}: set it to true or false.")
    return _WORDS[word]


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    word = _text(env, name) or str(default)
    if not (word.isascii() and word.isdigit() and 0 < int(word) <= MOST):
        raise SettingsError(f"{name} is {word!r}: set it to a whole number from 1 to {MOST}.")
    return int(word)


def _is_loopback(env: Mapping[str, str]) -> bool:
    return _bind_host(env) in ("127.0.0.1", "localhost", "::1")


def _bind_host(env: Mapping[str, str]) -> str:
    return _text(env, "BIND_HOST").strip("[]") or "127.0.0.1"


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = _text(env, name) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SettingsError(f"{name} is {text!r}: set it to a port number from 1 to 65535.")
    return int(text)


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    text = _text(env, name).rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in schemes or not _HOST.fullmatch(parts.netloc)):
        kinds = " or ".join(f"{scheme}://" for scheme in schemes)
        raise SettingsError(f"{name} is {text!r}: set it to an address that begins with {kinds}.")
    return text


def _livekit_url(env: Mapping[str, str]) -> str:
    schemes = ("ws", "wss", "http", "https")
    url = _url(env, "LIVEKIT_PUBLIC_URL", schemes) or _url(env, "LIVEKIT_URL", schemes)
    return url or f"ws://127.0.0.1:{_port(env, 'LIVEKIT_PORT', 7880)}"


def _secret(env: Mapping[str, str], name: str, debug: bool) -> str:
    secret = _text(env, name)
    if debug:
        return secret or DEVELOPMENT_SECRET
    problem = _weakness(secret)
    if problem:
        raise SettingsError(
            f"{name} {problem}: set it to at least {MIN_SECRET_LENGTH} random characters, for "
            'example from: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return secret


def _weakness(secret: str) -> str:
    if not secret:
        return "is missing"
    if any(word in secret.lower() for word in _TELLTALES):
        return "is a default that everybody knows"
    if len(secret) < MIN_SECRET_LENGTH:
        return "is too short"
    if len(set(secret)) < 8:
        return "repeats the same few characters"
    return ""


def _log_format(env: Mapping[str, str], debug: bool) -> LogFormat:
    word = _text(env, "LOG_FORMAT").lower()
    if word == "json" or (not word and not debug):
        return "json"
    if word in ("console", ""):
        return "console"
    raise SettingsError(f"LOG_FORMAT is {word!r}: set it to json or console.")


def _recording(env: Mapping[str, str]) -> Recording:
    word = _text(env, "RECORDING").lower()
    if word in ("", "off"):
        return "off"
    if word == "ask":
        return "ask"
    raise SettingsError(f"RECORDING is {word!r}: set it to off or ask.")


def _allowed_hosts(env: Mapping[str, str], debug: bool) -> tuple[str, ...]:
    hosts = _words(env, "DJANGO_ALLOWED_HOSTS")
    if debug:
        return hosts or LOOPBACK_HOSTS
    if not hosts or "*" in hosts:
        problem = "is open to every name" if hosts else "is missing"
        raise SettingsError(
            f"DJANGO_ALLOWED_HOSTS {problem}: set it to the host names of this site, with commas "
            "between them."
        )
    return hosts


def _words(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in _text(env, name).split(",") if word.strip())


def _networks(env: Mapping[str, str], name: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(word, strict=False) for word in _words(env, name))
    except ValueError as error:
        raise SettingsError(
            f"{name} is {_text(env, name)!r}: set it to IP addresses or networks with commas "
            "between them, for example 127.0.0.1,10.0.0.0/8."
        ) from error
