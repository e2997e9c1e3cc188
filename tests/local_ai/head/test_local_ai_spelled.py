"""Calls of tools that the model writes as words to the person, and what is no such call."""

import pytest
from fake_model import FakeChild
from test_local_ai_acting import BOOKING, DETAILS, FIND, RESTAURANT, Served, in_turn, server, user

from local_ai.head.tools.spelled import SpelledCall

__all__ = ["server"]
pytestmark = pytest.mark.usefixtures("able")


def said(text: str, size: int) -> tuple[str, str]:
    """The words that are given of a text in pieces of this size, and the tool that was called."""
    spelled = SpelledCall(["find_tables", "note", "end-session"])
    given = "".join(spelled.more(text[at : at + size]) for at in range(0, len(text), size))
    return given + spelled.rest(), spelled.tool


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("text", "words", "tool"),
    [
        ('find_tables({"day": "2026-11-28"})', "", "find_tables"),
        ('One moment. find_tables: {"day": 1}', "One moment. ", "find_tables"),
        ('`find_tables` {"day": 1}', "", "find_tables"),
        ("I will call end-session (now).", "I will call ", "end-session"),
        ("note({})", "", "note"),
    ],
)
def test_a_call_is_not_said(text: str, words: str, tool: str, size: int) -> None:
    assert said(text, size) == (words, tool)


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    "text",
    [
        "I made a note of it.",
        "Please note: we close at eleven.",
        "A footnote (of mine), and notes (two).",
        "I use find_tables to look.",
        "I will note",
        "",
    ],
)
def test_talk_of_tools_is_said(text: str, size: int) -> None:
    assert said(text, size) == (text, "")


async def test_a_spelled_call_is_made(server: Served) -> None:
    FakeChild.script = in_turn("say: book_table({})", f"book_table: {BOOKING}")
    words, calls = await server.reply(RESTAURANT, user(DETAILS))
    assert (words, [name for name, _ in calls]) == ("", ["book_table"])
    assert "say" not in server.asked[-1]["grammar"].split("WORDS")[0]


async def test_a_spelled_call_without_its_details_asks_for_them(server: Served) -> None:
    FakeChild.script = in_turn('find_tables: {"day": "2026-12-05"}', "say: find_tables({})")
    words, calls = await server.reply([FIND], user("A table, please."))
    assert (words, calls) == ("For that I need: day.", [])
