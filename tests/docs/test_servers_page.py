"""docs/servers.md names servers by habits that are tried, and its table is made from them."""

from __future__ import annotations

import re

import pytest
from fakes.openai_api.habits import HABITS
from fakes.openai_api.told import BEGIN, untold, with_table
from support.processes import ROOT

PAGE = ROOT / "docs/servers.md"
SERVERS = (
    *("Ollama", "vLLM", "llama.cpp", "LM Studio", "LocalAI", "speaches", "Kokoro-FastAPI"),
    *("openedai-speech", "OpenRouter", "Groq", "Azure OpenAI", "LiteLLM"),
)
TRIED = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/agent").rglob("test_*.py"))
)


def rows() -> dict[str, str]:
    """The last cell of each server's row, by the server's name."""
    servers = PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in servers.splitlines() if " | " in line]
    return {cells[0]: cells[-1] for cells in lines[1:]}


def test_each_server_that_people_use_has_a_row() -> None:
    assert list(rows()) == list(SERVERS)


@pytest.mark.parametrize("server", SERVERS)
def test_what_is_special_about_a_server_is_tried(server: str) -> None:
    habits = re.findall(r"(stt|llm|tts) `(\w+)`", rows()[server])
    assert habits
    for kind, name in habits:
        assert name in HABITS[kind]
        assert f'"{name}"' in TRIED


def test_of_each_habit_it_is_told_what_a_person_hears_and_sees() -> None:
    assert untold() == []


def test_the_table_of_habits_is_as_they_are_now() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert BEGIN in page
    assert page == with_table(page), "run: PYTHONPATH=tests python -m fakes.openai_api.told"
