"""Text from outside is mended in one place, whole or in pieces."""

from __future__ import annotations

import pytest
from common.text import Joiner, cut, mend

SMILE = "\U0001f600"


@pytest.mark.parametrize(
    ("given", "mended"),
    [
        ("plain", "plain"),
        ("hello \udc80 there", "hello  there"),
        ("a \ud83d\ude00 b", f"a {SMILE} b"),
        ("\ud83d\ud83d\ude00\ude00", SMILE),
        ("a\ud83dé", "aé"),
        ("a\0b\udfff\0", "ab"),
        ("be\x07ll\x1b[31m\x85\uffff\tand\nmore", "bell[31m\tand\nmore"),
        (f"e\u0301 {SMILE} \u200d ไทย", f"e\u0301 {SMILE} \u200d ไทย"),
        ("", ""),
    ],
)
def test_what_is_no_unicode_is_joined_or_dropped(given: str, mended: str) -> None:
    assert mend(given) == mended
    assert mend(given).encode().decode() == mended


@pytest.mark.parametrize(
    ("pieces", "handed_on"),
    [
        (["\ud83d", "\ude00"], ["", SMILE]),
        (["Hi \ud83d", "\ude00!"], ["Hi ", f"{SMILE}!"]),
        (["\ud83d", "", "\ude00"], ["", "", SMILE]),
        (["\ud83d", "\0", "\ude00"], ["", "", SMILE]),
        (["\ud83d", "no"], ["", "no"]),
        (["\ud83d", "\ud83d", "\ude00"], ["", "", SMILE]),
        (["\ude00", "a"], ["", "a"]),
        (["a\0", "b"], ["a", "b"]),
        ([SMILE, "b"], [SMILE, "b"]),
    ],
)
def test_pieces_are_joined_where_a_character_was_cut(
    pieces: list[str], handed_on: list[str]
) -> None:
    joiner = Joiner()
    assert [joiner.feed(piece) for piece in pieces] == handed_on
    assert joiner.flush() == ""


def test_a_half_at_the_end_is_dropped_and_waits_for_no_other_text() -> None:
    joiner = Joiner()
    assert joiner.feed("bye \ud83d") == "bye "
    assert joiner.flush() == ""
    assert joiner.feed("\ude00 next") == " next"


def test_a_cut_is_seen() -> None:
    assert cut("as it is", 8) == "as it is"
    assert cut("too long by far", 10) == "too long …"
