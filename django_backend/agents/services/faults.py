"""What can be wrong with the choice of a service."""

from __future__ import annotations

from collections.abc import Iterable

from common.faults import fault
from config.providers.kinds import Kind, Option, Provider
from config.providers.registry import of_kind
from rest_framework.exceptions import ErrorDetail

MOST_OF_A_TEXT = 200


def needs_address(provider: Provider) -> ErrorDetail:
    """Returns what is said where a provider without an address of its own is given none."""
    return fault("needs_address", "{provider} needs an address.", provider=provider.label)


def has_no_such_service(provider: Provider, kind: Kind) -> ErrorDetail:
    """Returns what is said where a provider is chosen for what it does not do."""
    sentence = "{provider} has no such service. Use one of: {others}."
    return fault("no_such_service", sentence, provider=provider.label, others=of_kind(kind))


def not_installed(provider: Provider) -> ErrorDetail:
    """Returns what is said where a provider's plugin is missing."""
    sentence = "{provider} is not installed here: run {command}."
    return fault("not_installed", sentence, provider=provider.label, command=provider.command)


def unknown(known: Iterable[str]) -> ErrorDetail:
    """Returns what is said of an option that is none of those that are known."""
    if not (options := sorted(known)):
        return fault("no_options", "There is no such option.")
    sentence = "There is no such option. Use one of: {options}."
    return fault("no_such_option", sentence, options=options)


def fault_of(option: Option, value: object) -> ErrorDetail | None:
    """Returns what is wrong with the value of an option, None where nothing is."""
    if option.kind == "flag":
        is_flag = isinstance(value, bool)
        return None if is_flag else fault("not_boolean", "Use true or false.")
    if option.kind == "number":
        return _fault_of_number(option, value)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return fault("not_one_line", "Use a text on one line.")
    is_short = len(value) <= MOST_OF_A_TEXT
    sentence = "Use at most {limit} characters."
    return None if is_short else fault("max_length", sentence, limit=MOST_OF_A_TEXT)


def _fault_of_number(option: Option, value: object) -> ErrorDetail | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and option.least <= float(value) <= option.most:  # type: ignore[arg-type]
        return None
    sentence = "Use a number from {least} to {most}."
    return fault("not_within", sentence, least=option.least, most=option.most)
