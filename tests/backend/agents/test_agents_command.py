"""`manage.py agents`: agents that people keep in files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from agents import queries, saving
from agents.models import Revision, StoredAgent
from django.core.management import CommandError, call_command
from django.db import OperationalError

BISTRO = """slug: bistro
name: Bistro Rosa
instructions: You take bookings.
visibility: public
"""
TUTOR = "slug: tutor\nname: Tutor\n"

pytestmark = pytest.mark.usefixtures("record")


def agents(*arguments: str) -> str:
    out = io.StringIO()
    call_command("agents", *arguments, stdout=out)
    return out.getvalue()


def refusal(*arguments: str) -> str:
    """The one sentence with which a command ends that did nothing."""
    with pytest.raises(CommandError) as refused:
        agents(*arguments)
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """Writes a file, and returns its path."""

    def write(text: str, name: str = "agents.yaml") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_file_makes_an_agent_and_changes_it_when_the_file_does(file: Any) -> None:
    path = file(BISTRO)
    assert agents("apply", path) == "bistro is now an agent, at revision 1.\n"
    assert agents("apply", path) == "bistro is as the file says (revision 1).\n"
    assert Revision.objects.count() == 1
    shorter = file(BISTRO.replace("instructions: You take bookings.\n", "voice: nova\n"))
    assert agents("apply", shorter) == (
        "bistro is now revision 2, with other instructions, voice.\n"
    )
    assert queries.current("bistro").fields == {
        "name": "Bistro Rosa",
        "voice": "nova",
        "visibility": "public",
    }
    assert queries.current("bistro").saved_by == "command line"
    assert agents("list") == "bistro  public  revision 2  Bistro Rosa\n"


def test_what_is_exported_is_applied_without_a_new_revision(file: Any) -> None:
    agents("apply", file(f"{BISTRO}---\n{TUTOR}"))
    exported = agents("export")
    assert agents("export", "bistro", "bistro") == BISTRO
    agents("apply", file(exported))
    assert Revision.objects.count() == 2 and exported == f"{BISTRO}---\n{TUTOR}"


def test_a_check_says_what_would_change_and_changes_nothing(file: Any) -> None:
    agents("apply", file(BISTRO))
    said = agents("apply", "--check", file(f"{BISTRO}voice: nova\n---\n{TUTOR}"))
    assert said.splitlines() == [
        "bistro would be revision 2, with other voice.",
        "tutor would be an agent, at revision 1.",
        "Nothing was changed.",
    ]
    assert Revision.objects.count() == 1


def test_what_is_piped_in_is_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BISTRO.encode())))
    agents("apply", "-")
    assert queries.current("bistro").number == 1
    assert refusal("apply", "-") == "what is piped in: There is no agent in it."


def test_a_fault_in_one_file_leaves_every_agent_as_it_was(
    file: Any, caplog: pytest.LogCaptureFixture
) -> None:
    agents("apply", file(BISTRO))
    assert "agent_created" in caplog.text
    caplog.clear()
    good = file(f"{BISTRO}voice: nova\n---\n{TUTOR}", "good.yaml")
    bad = file(
        "slug: shop\nname: Shop\nvariables:\n- name: a\n- name: B\ncolour: teal\n", "bad.yaml"
    )
    said = refusal("apply", good, bad)
    assert said.startswith(f"{bad}, shop: ")
    assert "variables, entry 2, name: Begin with a small letter" in said
    assert "colour: There is no such field." in said
    assert [each.slug for each in StoredAgent.objects.all()] == ["bistro"]
    assert queries.current("bistro").number == 1
    assert "agent_" not in caplog.text, "the log tells only of what stayed"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("", "name: This field is required."),
        ("name:", "name: This field may not be null."),
        (
            "name: x\nservices: {llm: {api_key: k}}",
            "services, llm, api_key: There is no such field.",
        ),
        ("name: x\nservices: quick", "services: Invalid data."),
        ("name: x\nvariables: {a: b}", "variables: Expected a list of items"),
        ("name: x\nvariables: [a]", "variables, entry 1: Invalid data."),
        ("name: x\nembed_sites: [https://a.example, b]", "embed_sites, entry 2: Use a site's"),
        ("name: x\ngreeting: 'Hi {{who}}.'", "greeting: {{who}} is no variable"),
    ],
)
def test_what_is_wrong_is_named_with_file_agent_and_field(file: Any, lines: str, says: str) -> None:
    path = file(f"slug: shop\n{lines}\n")
    assert refusal("apply", path).startswith(f"{path}, shop: {says}")
    assert not StoredAgent.objects.exists()


def test_a_file_that_forgets_the_name_of_an_agent_that_is_there_is_refused(file: Any) -> None:
    agents("apply", file(BISTRO))
    assert "bistro: name: This field is required." in refusal("apply", file("slug: bistro\n"))


def test_files_that_cannot_be_read_are_named(file: Any, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.yaml")
    assert refusal("apply", missing) == f"{missing} cannot be read: No such file or directory."
    assert refusal("apply", str(tmp_path)) == f"{tmp_path} cannot be read: Is a directory."
    path = file("a: [")
    assert refusal("apply", path).startswith(f"{path}: This is no YAML that can be read: line 1")


def test_an_agent_that_is_there_twice_is_refused(file: Any) -> None:
    first, second = file(BISTRO, "one.yaml"), file(f"{TUTOR}---\n{BISTRO}", "two.yaml")
    assert refusal("apply", first, second) == (
        f"{second}, bistro: It is there twice, first in {first}."
    )
    assert not StoredAgent.objects.exists()


def test_a_retired_agent_stays_retired(file: Any) -> None:
    path = file(BISTRO)
    agents("apply", path)
    saving.retire("bistro", "root", base=1)
    assert "An agent of this slug was retired" in refusal("apply", path)
    assert refusal("export", "bistro") == "There is no agent called bistro."
    assert agents("list") == agents("export") == ""


def test_the_settings_own_agent_is_saved_retired_and_saved_again(file: Any) -> None:
    assert refusal("export", "default") == (
        "Nobody has saved default: it is what the settings say."
    )
    path = file("slug: default\nname: Ada\n")
    agents("apply", path)
    assert (
        queries.offered("default").name == "Ada"
        and agents("export") == "slug: default\nname: Ada\n"
    )
    saving.retire("default", "root", base=1)
    assert queries.offered("default").revision is None
    assert [each.slug for each in queries.listed()[0]] == ["default"], "the settings' own again"
    agents("apply", path)
    assert queries.current("default").number == 2
    with pytest.raises(saving.Changed):
        saving.save("default", {"name": "Bea"}, "root", base=0)


def test_a_database_that_is_away_is_said(file: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(queries, "_current", away)
    said = refusal("apply", file(BISTRO))
    assert said.startswith("The database cannot be used (connection refused).")
