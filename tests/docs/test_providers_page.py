"""docs/providers.md says of each provider what the registry has."""

from __future__ import annotations

import re

from config.providers.kinds import Option, Provider
from config.providers.registry import PROVIDERS
from support.processes import ROOT

PAGE = (ROOT / "docs/providers.md").read_text(encoding="utf-8")


def row(provider: Provider) -> str:
    """The provider's row of the first table."""
    services = ", ".join(f"{kind} `{model}`" for kind, model in provider.models.items())
    address = f"`{provider.base_url}`" if provider.base_url else "your resource's"
    needs = f"`{provider.command}`" if provider.command else "nothing"
    return f"| {provider.label} | `{provider.name}` | {services} | {address} | {needs} |"


def option_row(provider: Provider, option: Option) -> str:
    """An option's row of the second table."""
    bounds = f" ({option.least:g} to {option.most:g})" if option.kind == "number" else ""
    of = ", ".join(option.kinds)
    return f"| {provider.label} | `{option.name}` | {of} | {option.help}{bounds} |"


def test_the_tables_are_the_registry() -> None:
    expected = [row(each) for each in PROVIDERS.values()]
    expected += [option_row(each, option) for each in PROVIDERS.values() for option in each.options]
    assert re.findall(r"^\| (?!provider|-).+\|$", PAGE, re.MULTILINE) == expected
