"""The kinds of services, and what describes a provider of them. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["stt", "llm", "tts"]
KINDS: tuple[Kind, ...] = ("stt", "llm", "tts")
OptionKind = Literal["text", "number", "flag"]
OptionValue = str | float | bool
OPENAI = "openai"


@dataclass(frozen=True)
class Option:
    """A field that only some providers have. Numbers lie between `least` and `most`.

    `kinds` are the services that have it; all are optional.
    """

    name: str
    help: str
    kinds: tuple[Kind, ...]
    kind: OptionKind = "text"
    least: float = 0.0
    most: float = 1.0


@dataclass(frozen=True)
class Probe:
    """A request that shows whether a key is good, and costs nothing.

    `path` follows the base URL; the key goes into `header` behind `prefix`, beside the `more`
    headers. A refusal whose body has one of `known_by` means that the key is known all the same.
    """

    path: str
    header: str = "Authorization"
    prefix: str = "Bearer "
    more: tuple[tuple[str, str], ...] = ()
    known_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provider:
    """A company or protocol that services are had from.

    `models` are the default models of each kind that it has; `base_url` is "" where each customer
    has an address of their own; `module` is the plugin that has to be installed, "" where none is
    needed, and `slow_imports` what that takes long to import. `voice` is its default voice, and
    `rates` bound how fast its voices speak, None where that cannot be said.
    """

    name: str
    label: str
    base_url: str
    models: Mapping[Kind, str]
    help: str
    probe: Probe
    module: str = ""
    slow_imports: tuple[str, ...] = ()
    voice: str = ""
    rates: tuple[float, float] | None = None
    options: tuple[Option, ...] = field(default=())

    def options_of(self, kind: Kind) -> tuple[Option, ...]:
        """The options of one kind of service."""
        return tuple(each for each in self.options if kind in each.kinds)

    @property
    def command(self) -> str:
        """The command that installs what it needs, "" where nothing is needed."""
        return f"make setup EXTRAS={self.name}" if self.module else ""
