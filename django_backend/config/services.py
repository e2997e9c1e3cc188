"""Which servers recognise speech, answer and speak. Standard library only: scripts read it too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import proxies
from .providers.kinds import KINDS as KINDS
from .providers.kinds import OPENAI, OptionValue, Provider
from .providers.kinds import Kind as Kind
from .providers.registry import PROVIDERS, is_installed, of_kind
from .proxies import NO_PROXIES, Proxies
from .secret import Secret

PLACEHOLDER_KEY = Secret("no-key")
FIRST_BYTE_SECONDS: dict[Kind, float] = {"stt": 20.0, "llm": 60.0, "tts": 20.0}
WITH_FALLBACK_SECONDS = 6.0
"""For which one is waited for at most that another can take over from."""
MOST_SECONDS = 600
AZURES_PATH = "/openai/v1"
"""Where OpenAI's API begins at Azure; a base URL may end in it."""
HEADER_VALUE = re.compile(r"[!#-&(-~]+")
"""What a key may hold: no blanks, no quotes, and nothing that an HTTP header cannot carry."""


class Unusable(ValueError):
    """A setting that cannot be meant; the sentence begins with its name and shows no key."""


@dataclass(frozen=True)
class Service:
    """A server of speech or language. Its key is never empty; `offline` means our own server.

    `first_byte` are the seconds until it has begun to answer when it may have to load its model.
    A `guarded` one is reached at no private address that no owner has allowed.
    `provider` is a name of `providers.registry`, and `options` the fields that only it has. The
    `fallback` takes over when this one fails, and has none of its own.
    """

    base_url: str
    api_key: Secret
    model: str
    offline: bool = False
    first_byte: float = 20.0
    guarded: bool = False
    proxies: Proxies = NO_PROXIES
    provider: str = OPENAI
    options: tuple[tuple[str, OptionValue], ...] = ()
    fallback: Service | None = None

    def option(self, name: str) -> OptionValue | None:
        """The value of an option, None where it is not set."""
        return dict(self.options).get(name)


def services(env: Mapping[str, str]) -> dict[Kind, Service]:
    """Returns the server of each kind (stt, llm, tts); raises Unusable.

    URL and key resolve as a pair: no key reaches a foreign server.
    """
    return {name: _service(name, env) for name in KINDS}


def missing(found: Mapping[Kind, Service]) -> str:
    """A sentence about the first provider whose plugin is not installed, "" where all are."""
    for kind, service in found.items():
        provider = PROVIDERS[service.provider]
        if not is_installed(provider):
            name = f"{kind.upper()}_PROVIDER"
            return f"{name} is {provider.name}, which needs a plugin: run `{provider.command}`."
    return ""


def probe_of(service: Service) -> tuple[str, dict[str, str]]:
    """The address and the headers of a GET that shows whether a key is good and costs nothing."""
    probe = PROVIDERS[service.provider].probe
    version = AZURES_PATH if AZURES_PATH in probe.path else "/v1"
    base = service.base_url
    base = base.removesuffix(version) if probe.path.startswith(version) else base
    key = {probe.header: f"{probe.prefix}{service.api_key}"}
    return f"{base}{probe.path}", {**key, **dict(probe.more)}


def is_known_all_the_same(service: Service, body: str) -> bool:
    """Whether a refusal with this body means that the key is known, and may do less."""
    return any(mark in body for mark in PROVIDERS[service.provider].probe.known_by)


def needs_local_ai(env: Mapping[str, str]) -> bool:
    """True when at least one kind has no server of its own and no OpenAI key."""
    return any(service.offline for service in services(env).values())


def local_ai_url(env: Mapping[str, str]) -> str:
    """The base URL of the offline server, which always listens on loopback."""
    return f"http://127.0.0.1:{_value(env, 'LOCAL_AI_PORT') or 8001}/v1"


def _service(kind: Kind, env: Mapping[str, str]) -> Service:
    prefix = kind.upper()
    provider = _provider(kind, env)
    own_url, own_key = _url(env, f"{prefix}_BASE_URL"), _key(env, f"{prefix}_API_KEY")
    shared_url, shared_key = _url(env, "OPENAI_BASE_URL"), _key(env, "OPENAI_API_KEY")
    if provider.name != OPENAI:
        shared_url = shared_key = ""
    is_offline = provider.name == OPENAI and not (own_url or own_key or shared_key or shared_url)
    shared_key = "" if own_url else shared_key
    service = Service(
        base_url=local_ai_url(env) if is_offline else own_url or shared_url or provider.base_url,
        api_key=Secret(own_key or shared_key or PLACEHOLDER_KEY),
        model=_value(env, f"{prefix}_MODEL") or provider.models[kind],
        offline=is_offline,
        first_byte=_seconds(env, f"{prefix}_FIRST_BYTE_SECONDS", FIRST_BYTE_SECONDS[kind]),
        proxies=proxies.read(env),
        provider=provider.name,
    )
    if not service.base_url:
        raise Unusable(f"{prefix}_BASE_URL is needed with {prefix}_PROVIDER={provider.name}.")
    if (proxy := service.proxies.of(service.base_url)) and not is_http(proxy):
        raise Unusable(
            f"HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is {without_password(proxy)!r}; set it to "
            "http://host:port, or name the hosts that need no proxy in NO_PROXY."
        )
    return service


def _provider(kind: Kind, env: Mapping[str, str]) -> Provider:
    prefix = kind.upper()
    name = _value(env, f"{prefix}_PROVIDER") or OPENAI
    if name not in of_kind(kind):
        known = ", ".join(of_kind(kind))
        raise Unusable(f"{prefix}_PROVIDER is {name!r}; set it to one of: {known}.")
    return PROVIDERS[name]


def _value(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()


def _key(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if value.strip() and not HEADER_VALUE.fullmatch(value):
        what = "a character that no HTTP header can carry"
        if any(c.isspace() for c in value):
            what = "a blank or a line break"
        elif "'" in value or '"' in value:
            what = "a quote"
        raise Unusable(f"{name} holds {what}; set it to the key alone, as the service shows it.")
    return value.strip()


def _url(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if value.strip() and not is_http(value):
        raise Unusable(
            f"{name} is {without_password(value)!r}; set it to the server's address alone, "
            "without blanks or quotes, such as http://127.0.0.1:11434/v1."
        )
    return value.strip().rstrip("/")


def is_http(url: str) -> bool:
    """Whether it is a whole address of HTTP; a proxy or a client fails late at anything else."""
    if re.search(r"""[\s"'<>\\^`{|}\x00-\x20\x7f]""", url):
        return False
    try:
        parts = urlsplit(url)
        _readable = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def without_password(url: str) -> str:
    """Returns the URL as a report may show it."""
    return re.sub(r"(?<=//)[^/@]*@", "", url)


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    value = _value(env, name) or str(default)
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= MOST_SECONDS:
        raise Unusable(f"{name} is {value!r}; set it to seconds, from 1 to {MOST_SECONDS}.")
    return seconds
