"""Every fault that an operator can meet has words in each language, and no words are for none."""

from __future__ import annotations

import re

import pytest
from house import fault_codes

from flask_frontend.languages.catalogue import LOCALES, find

HOLE = re.compile(r"(?<!\{)\{(\w+)\}")
OF_REQUESTS = {
    "too_large",
    "webhook_disabled",
    "too_many_requests",
    "too_many_webhooks",
    "too_many_keys",
    "too_many_credentials",
    "too_many_hosts",
    "no_credentials_key",
    "credential_in_use",
}
"""Codes of whole requests, whose words stand where no field is wrong."""
FOR_PROGRAMS = {
    # What visitors' pages and programs send.
    "nothing_to_continue",
    "id_in_use",
    "agent_not_found",
    "prompt_not_allowed",
    "other_agent",
    "strange_variables",
    "variables_too_long",
    "not_variables",
    "name_signs",
    "reserved_name",
    "unseen_signs",
    "no_visitor",
    # What the site itself sends, and what its pages say in their own way.
    "no_changes",
    "no_token",
    "not_a_place",
}


def words(language: str) -> dict[str, str]:
    return dict(find(language, "console-faults.codes"))


@pytest.mark.parametrize("language", LOCALES)
def test_every_fault_has_words(language: str) -> None:
    codes = fault_codes.named().keys() - FOR_PROGRAMS
    assert len(codes) > 60
    assert (codes | fault_codes.OF_FRAMEWORKS.keys() | OF_REQUESTS) - words(
        language
    ).keys() == set()


def test_no_words_are_left_of_a_fault_that_is_gone() -> None:
    codes = fault_codes.named().keys() | fault_codes.OF_FRAMEWORKS.keys() | OF_REQUESTS
    assert words("en").keys() - codes == set()
    assert FOR_PROGRAMS - fault_codes.named().keys() == set()


@pytest.mark.parametrize("language", LOCALES)
def test_words_name_only_what_comes_with_the_code(language: str) -> None:
    known = {**fault_codes.named()}
    known |= {
        code: known.get(code, frozenset()) | set(each)
        for code, each in fault_codes.OF_FRAMEWORKS.items()
    }
    known["credential_in_use"] = frozenset({"agents"})
    for code, said in words(language).items():
        holes = set(HOLE.findall(said))
        assert holes <= set(known.get(code, ())), f"{code}: {said}"


def test_no_field_is_refused_without_a_code() -> None:
    assert fault_codes.uncoded() == []
