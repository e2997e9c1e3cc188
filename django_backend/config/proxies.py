"""Which proxy a request goes through. Standard library only: scripts read the services too."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from .secret import Secret

FIELDS = {
    "http_proxy": "http",
    "https_proxy": "https",
    "all_proxy": "every",
    "no_proxy": "without",
}
"""What names proxies in the environment, in small or capital letters, and what it is here."""
NOTHING = Secret("")
KEPT = "VOICE_AGENT_PROXIES"
"""Where processes that are started from here find what has been taken out of the environment."""


@dataclass(frozen=True)
class Proxies:
    """The proxies for http, for https and for every scheme, each a URL or empty.

    `without` lists, with commas between, the hosts and networks that no proxy is for.
    """

    http: Secret = NOTHING
    https: Secret = NOTHING
    every: Secret = NOTHING
    without: str = ""

    def of(self, url: str) -> str:
        """Returns the proxy of requests to this URL, or nothing where they go directly."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if is_loopback(host) or self._goes_directly(host, parts.netloc.rpartition("@")[2]):
            return ""
        proxy = (self.https if parts.scheme in ("https", "wss") else self.http) or self.every
        return Secret(proxy if "://" in proxy or not proxy else f"http://{proxy}")

    def _goes_directly(self, host: str, host_and_port: str) -> bool:
        listed = [word for part in self.without.split(",") if (word := part.strip())]
        if "*" in listed or _is_within(host, listed):
            return True
        names = ",".join(word.removeprefix("*") for word in listed)
        return any(proxy_bypass_environment(it, {"no": names}) for it in (host, host_and_port))


NO_PROXIES = Proxies()


def is_loopback(host: str) -> bool:
    """Returns whether the host is this machine, by its name or address alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read(env: Mapping[str, str]) -> Proxies:
    """Returns the proxies that the environment names; small letters win over capital ones."""
    found = dict(json.loads(env.get(KEPT) or "{}"))
    for name in sorted(env):
        if (field := FIELDS.get(name.lower())) and env[name].strip():
            found[field] = env[name].strip()
    proxies = {field: Secret(found.get(field, "")) for field in ("http", "https", "every")}
    return Proxies(**proxies, without=found.get("without", ""))


def take(env: MutableMapping[str, str], media_server: str) -> Proxies:
    """Returns the proxies; leaves none in the environment when the media server needs none.

    LiveKit's native client sends everything to HTTP_PROXY and knows no NO_PROXY. Processes that
    are started from here find the proxies under a name that it does not read.
    """
    proxies = read(env)
    names = [name for name in env if name.lower() in FIELDS]
    if names and not proxies.of(media_server):
        env[KEPT] = json.dumps(asdict(proxies))
        for name in names:
            del env[name]
    return proxies


def _is_within(host: str, listed: list[str]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for word in listed for network in _networks(word))


def _networks(word: str) -> list[IPv4Network | IPv6Network]:
    """The network that a word of NO_PROXY is, or none."""
    try:
        return [ip_network(word.strip("[]"), strict=False)]
    except ValueError:
        return []
