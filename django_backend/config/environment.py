"""Values of the environment, read strictly: a value that cannot be meant stops the start."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NoReturn

import environ
from common.text import mend

env = environ.Env()
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def refuse(sentence: str) -> NoReturn:
    """Ends the process with exit code 1 and only this sentence on stderr."""
    raise SystemExit(sentence)


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; an empty one counts as not set.

    Bytes that are no UTF-8 are dropped: no service could be sent them.
    """
    return mend(env.str(name, default="")).strip() or default


def flag(name: str, default: bool) -> bool:
    """A yes or no."""
    value = text(name, str(default)).lower()
    if value not in _TRUE | _FALSE:
        refuse(f"{name} is {value!r}; set it to true or false.")
    return value in _TRUE


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """One of the allowed words."""
    value = text(name, default)
    if value not in allowed:
        refuse(f"{name} is {value!r}; set it to one of: {', '.join(allowed)}.")
    return value


def number(name: str, default: int, *, least: int = 1, most: int = 1_000_000) -> int:
    """A whole number within the bounds."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        refuse(f"{name} is {value!r}; set it to a whole number from {least} to {most}.")
    return int(value)


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """The comma-separated values."""
    return [word for part in text(name, ",".join(default)).split(",") if (word := part.strip())]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """The comma-separated addresses and networks, such as `127.0.0.1, 10.0.0.0/8`."""
    found = []
    for value in words(name):
        try:
            found.append(ip_network(value, strict=False))
        except ValueError:
            refuse(f"{name} has {value!r}; set it to addresses or networks, such as 10.0.0.0/8.")
    return found
